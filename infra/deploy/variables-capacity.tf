# How much of everything: sizes of the functions, pace of the queues.

variable "functions" {
  type = map(object({
    memory        = optional(string)
    cpu           = optional(string)
    concurrency   = optional(number)
    timeout       = optional(number)
    max_instances = optional(number)
    min_instances = optional(number)
  }))
  default     = {}
  description = "What differs from the sizes in capacity.tf, by function: memory (2Gi), cpu, requests at once an instance, timeout in seconds, instances."

  validation {
    condition     = alltrue([for name in keys(var.functions) : contains(["arrive", "prepare", "deidentify", "load", "transform", "nightly", "adhoc", "reidentify", "forget"], name)])
    error_message = "The functions are arrive, prepare, deidentify, load, transform, nightly, adhoc, reidentify and forget."
  }

  validation {
    # Cloud Tasks waits 30 minutes at most, and the functions ask it to wait that long.
    condition     = alltrue([for size in values(var.functions) : coalesce(size.timeout, 60) <= 1800])
    error_message = "No function may run longer than 1800 seconds: what calls it does not wait longer."
  }
}

variable "dlp_requests_per_minute" {
  type        = number
  default     = 600
  description = "The project's quota of DLP requests a minute in `location`. The queue of de-identification keeps below it."

  validation {
    condition     = var.dlp_requests_per_minute >= 60
    error_message = "Below 60 a minute one shard alone would exceed the quota."
  }
}

variable "dlp_concurrency" {
  type        = number
  default     = 2
  description = "DLP requests that one instance of `deidentify` keeps under way."

  validation {
    condition     = var.dlp_concurrency >= 1 && var.dlp_concurrency <= 16
    error_message = "1 to 16."
  }
}

variable "shard_mib" {
  type        = number
  default     = 64
  description = "MiB of plain text that a shard aims at. Memory and scratch, which is memory as well, need about five times as much beside DuckDB's."

  validation {
    condition     = var.shard_mib >= 1 && var.shard_mib <= 256
    error_message = "1 to 256 MiB."
  }
}

variable "max_plain_gib" {
  type        = number
  default     = 64
  description = "GiB of plain text beyond which a compressed file is refused."

  validation {
    condition     = var.max_plain_gib >= 1 && var.max_plain_gib <= 5120
    error_message = "1 to 5120 GiB: an object cannot be larger."
  }
}

variable "max_compression_ratio" {
  type        = number
  default     = 200
  description = "Plain ÷ compressed beyond which a file is refused."

  validation {
    condition     = var.max_compression_ratio >= 10 && floor(var.max_compression_ratio) == var.max_compression_ratio
    error_message = "A whole number, 10 or more."
  }
}

variable "attempts" {
  type        = number
  default     = 8
  description = "Attempts at a step before its run goes to quarantine."

  validation {
    condition     = var.attempts >= 1 && var.attempts < 100
    error_message = "1 to 99: the queue gives up after 100."
  }
}

variable "quarantine_days" {
  type        = number
  default     = 90
  description = "Days that quarantine keeps what could not be loaded. 0 = for ever."

  validation {
    condition     = var.quarantine_days >= 0
    error_message = "0 or more."
  }
}
