# Who is told of what, and from when on.

variable "alert_emails" {
  type        = list(string)
  default     = []
  description = "Addresses that alerts and the budget go to."

  validation {
    condition     = alltrue([for address in var.alert_emails : can(regex("^[^@ ]+@[^@ ]+[.][^@ ]+$", address))])
    error_message = "Give e-mail addresses."
  }
}

variable "security_emails" {
  type        = list(string)
  default     = []
  description = "Addresses that are told of signs of exposure and of each request for clear values; empty = alert_emails."

  validation {
    condition     = alltrue([for address in var.security_emails : can(regex("^[^@ ]+@[^@ ]+[.][^@ ]+$", address))])
    error_message = "Give e-mail addresses."
  }
}

variable "task_age_seconds" {
  type        = number
  default     = 1800
  description = "A task or an arrival that has waited this long is an alert."

  validation {
    condition     = var.task_age_seconds >= 60
    error_message = "60 seconds or more."
  }
}

variable "daily_scan_tib" {
  type        = number
  default     = 1
  description = "TiB that queries may be billed for in a day before it is an alert; one costs 6.25 dollars on demand."

  validation {
    condition     = var.daily_scan_tib > 0
    error_message = "More than 0."
  }
}

variable "billing_account" {
  type        = string
  default     = null
  description = "Billing account of the project; with it and `monthly_budget` a budget is made. null = none."

  validation {
    condition     = var.billing_account == null || can(regex("^[0-9A-F]{6}-[0-9A-F]{6}-[0-9A-F]{6}$", var.billing_account))
    error_message = "Give it as 012345-6789AB-CDEF01."
  }
}

variable "monthly_budget" {
  type        = number
  default     = 100
  description = "Whole units of the billing account's currency a month. Half, nine tenths, all, and a forecast above it are told."

  validation {
    condition     = var.monthly_budget >= 1 && floor(var.monthly_budget) == var.monthly_budget
    error_message = "A whole number, 1 or more."
  }
}

variable "log_days" {
  type        = number
  default     = 90
  description = "Days that the warehouse keeps logs and events."

  validation {
    condition     = var.log_days >= 1
    error_message = "1 or more."
  }
}
