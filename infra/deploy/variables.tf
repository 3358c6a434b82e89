# Where a deployment lies and what its parts are called.

variable "project" {
  type        = string
  description = "Id of the project that everything is made in. It exists already and has billing."

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project))
    error_message = "A project's id has 6 to 30 lower-case letters, digits and hyphens, begins with a letter and ends with none of the hyphens."
  }
}

variable "prefix" {
  type        = string
  default     = "sluice"
  description = "Begins the name of everything that is made here, so that two deployments can share a project."

  validation {
    # Accounts have at most 30 characters, and the longest ending is `-deidentify`.
    condition     = can(regex("^[a-z][a-z0-9]{1,17}$", var.prefix))
    error_message = "The prefix has 2 to 18 lower-case letters and digits, a letter first."
  }
}

variable "region" {
  type        = string
  default     = "us-central1"
  description = "Region of the functions, queues, schedules and topics. It must lie within `location`, or every byte that is read is paid for as it leaves."

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+$", var.region))
    error_message = "Give a region such as us-central1 or europe-west3."
  }

  validation {
    condition = (
      var.location == "US" ? startswith(var.region, "us-") :
      var.location == "EU" ? startswith(var.region, "europe-") :
      lower(var.location) == var.region
    )
    error_message = "The region must lie within `location`: us-… for US, europe-… for EU, or the location itself."
  }
}

variable "location" {
  type        = string
  default     = "US"
  description = "Location of the buckets, of the warehouse and of its jobs, of DLP and of the keys: US, EU, or one region such as europe-west3."

  validation {
    condition     = contains(["US", "EU"], var.location) || can(regex("^[a-z]+-[a-z]+[0-9]+$", var.location))
    error_message = "Give US, EU, or a region such as europe-west3."
  }
}

variable "labels" {
  type        = map(string)
  default     = {}
  description = "Labels for everything that takes them, such as a cost centre."

  validation {
    condition     = alltrue([for name, value in var.labels : can(regex("^[a-z][a-z0-9_-]{0,62}$", name)) && can(regex("^[a-z0-9_-]{0,63}$", value))])
    error_message = "Names and values of labels are lower-case letters, digits, _ and -, at most 63; names begin with a letter."
  }
}

variable "commit" {
  type        = string
  description = "Commit whose archive `functions-<commit>.zip` in the bucket of archives the functions run. Another commit, earlier or later, is deployed by naming it."

  validation {
    condition     = can(regex("^[0-9a-f]{40}$", var.commit))
    error_message = "Give the full SHA of a commit, 40 hexadecimal digits."
  }
}
