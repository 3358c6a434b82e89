# Keys, people, and how closed the deployment is.

variable "cmek" {
  type        = bool
  default     = true
  description = "Encrypt buckets, datasets, topics and the functions' images with keys of this project, and not with Google's. Four keys more: DEPLOY.md has the price."
}

variable "key_rotation_days" {
  type        = number
  default     = 90
  description = "Days after which a key gets a new version."

  validation {
    condition     = var.key_rotation_days >= 1 && var.key_rotation_days <= 90 && floor(var.key_rotation_days) == var.key_rotation_days
    error_message = "A whole number of days, 1 to 90."
  }
}

variable "wrapped_keys" {
  type        = map(string)
  default     = {}
  description = "De-identification keys by name, later versions as in `\"pii@2\"`, each 32 random bytes wrapped by the KMS key of `dlp_key`, base64. The bytes themselves never come here: README.md says how to make one."

  validation {
    # Wrapping adds some 80 bytes; a bare AES key has 44 characters as base64.
    condition     = alltrue([for value in values(var.wrapped_keys) : can(regex("^[A-Za-z0-9+/]{100,}={0,2}$", value))])
    error_message = "A wrapped key is the ciphertext of KMS as base64, 100 characters or more. Something shorter is likely the bare key: wrap it, and never write it down."
  }

  validation {
    condition     = length(var.wrapped_keys) == 0 || alltrue([for name in var.declared.keys : contains(keys(var.wrapped_keys), name)])
    error_message = "Every key that sql/ names must be wrapped: run `sluice check` to see them."
  }
}

variable "operators" {
  type        = list(string)
  default     = []
  description = "People and groups that may act as the operator, who alone may call `adhoc`: user:…, group:…."

  validation {
    condition     = alltrue([for member in var.operators : can(regex("^(user|group|serviceAccount):[^@ ]+@[^@ ]+$", member))])
    error_message = "Give user:…, group:… or serviceAccount:… with an e-mail address; never everybody."
  }
}

variable "reidentifiers" {
  type        = map(string)
  default     = {}
  description = "Who may have tokens turned back into values, by a short name each: { ann = \"user:ann@example.com\" }. Each acts as an account of their own, whose name the audit has; empty = nobody."

  validation {
    condition     = alltrue([for member in values(var.reidentifiers) : can(regex("^(user|group|serviceAccount):[^@ ]+@[^@ ]+$", member))])
    error_message = "Give user:…, group:… or serviceAccount:… with an e-mail address; never everybody."
  }

  validation {
    # Accounts have 6 to 30 characters, and these end in `-reid-NAME`.
    condition     = alltrue([for name in keys(var.reidentifiers) : can(regex("^[a-z0-9]+$", name)) && length("${var.prefix}-reid-${name}") <= 30])
    error_message = "A name has lower-case letters and digits, and with the prefix and -reid- at most 30 characters."
  }
}

variable "forgetters" {
  type        = map(string)
  default     = {}
  description = "Who may have a person forgotten, by a short name each: { ben = \"user:ben@example.com\" }. Each acts as an account of their own, whose name the record has; empty = nobody."

  validation {
    condition     = alltrue([for member in values(var.forgetters) : can(regex("^(user|group|serviceAccount):[^@ ]+@[^@ ]+$", member))])
    error_message = "Give user:…, group:… or serviceAccount:… with an e-mail address; never everybody."
  }

  validation {
    # Accounts have 6 to 30 characters, and these end in `-forget-NAME`.
    condition     = alltrue([for name in keys(var.forgetters) : can(regex("^[a-z0-9]+$", name)) && length("${var.prefix}-forget-${name}") <= 30])
    error_message = "A name has lower-case letters and digits, and with the prefix and -forget- at most 30 characters."
  }
}

variable "readers" {
  type        = map(list(string))
  default     = {}
  description = "Who may query which declared dataset: members (group:…) by dataset."

  validation {
    condition     = alltrue([for dataset in keys(var.readers) : contains(keys(var.declared.datasets), dataset)])
    error_message = "Only datasets that sql/ declares can be named."
  }

  validation {
    condition     = alltrue([for member in flatten(values(var.readers)) : can(regex("^(user|group|serviceAccount|domain):[^@ ]+(@[^@ ]+)?$", member)) && !startswith(member, "all")])
    error_message = "Give user:…, group:…, serviceAccount:… or domain:…; never everybody."
  }
}

variable "adhoc_ingress" {
  type        = string
  default     = "ALLOW_INTERNAL_ONLY"
  description = "Who can reach `adhoc`, the function that people run the pipeline by: from within the network alone, or also through a load balancer, which must have IAP."

  validation {
    condition     = contains(["ALLOW_INTERNAL_ONLY", "ALLOW_INTERNAL_AND_GCLB"], var.adhoc_ingress)
    error_message = "ALLOW_INTERNAL_ONLY or ALLOW_INTERNAL_AND_GCLB: nothing here is open to the internet."
  }
}

variable "private_egress" {
  type        = bool
  default     = false
  description = "Send all that the functions send through a network of their own that reaches Google's restricted addresses and nothing else. Its connector costs about 15 dollars a month."
}

variable "access_policy" {
  type        = string
  default     = null
  description = "Number of the organisation's access policy; with it a service perimeter is put around the project. null = none."

  validation {
    condition     = var.access_policy == null || can(regex("^[0-9]+$", var.access_policy))
    error_message = "Give the policy's number: gcloud access-context-manager policies list --organization=…"
  }

  validation {
    condition     = var.access_policy == null || var.private_egress
    error_message = "A perimeter without private_egress shuts the functions out of their own services: set both."
  }
}

variable "perimeter_dry_run" {
  type        = bool
  default     = true
  description = "Only log what the perimeter would refuse. Set to false once the log stays empty."
}

variable "audit_storage_reads" {
  type        = bool
  default     = true
  description = "Log who reads which object. About 50 lines a file that is processed; the first 50 GiB of logs a month are free."
}
