# What `sluice tfvars` writes into declared.auto.tfvars.json from sql/: nothing is declared a second time here.

variable "declared" {
  type = object({
    raw_prefixes = list(string)
    datasets = map(object({
      sources    = bool
      transforms = bool
    }))
    keys       = list(string)
    info_types = list(string)
    expectations = map(object({
      every_seconds = number
      by            = optional(string)
    }))
    schedules = map(object({
      cron = string
      body = map(string)
    }))
  })
  description = "What the declarations under sql/ ask for: folders that files arrive in, datasets and what writes to them, keys, infoTypes that are looked for, freshness that is expected, schedules. Written by `sluice tfvars`."

  validation {
    # Cloud Storage allows 10 notifications of one kind of event a bucket.
    condition     = length(var.declared.raw_prefixes) >= 1 && length(var.declared.raw_prefixes) <= 10
    error_message = "There must be 1 to 10 prefixes: `sluice tfvars` joins what is more."
  }

  validation {
    condition     = alltrue([for name in keys(var.declared.datasets) : can(regex("^[A-Za-z0-9][A-Za-z0-9_]*$", name))])
    error_message = "A dataset's name is letters, digits and _; a leading _ is kept for Sluice's own."
  }

  validation {
    condition     = alltrue([for name in var.declared.keys : can(regex("^([A-Za-z][A-Za-z0-9_]{0,62}|[A-Za-z][A-Za-z0-9_]{0,57}@([2-9]|[1-9][0-9]{1,3}))$", name))])
    error_message = "A key's name is a letter, then letters, digits and _, 63 at most; @2 behind it is its second version."
  }

  validation {
    condition     = contains(keys(var.declared.schedules), "sweep")
    error_message = "The sweep must be scheduled: it is what finds a file whose event was lost."
  }
}
