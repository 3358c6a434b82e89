# Closed as far as it goes: keys of its own, no way out but to Google's restricted addresses, a service perimeter that
# refuses what comes from outside of it.

terraform {
  required_version = ">= 1.9.0"
}

variable "project" {
  type        = string
  description = "Project that Sluice is put into."
}

variable "commit" {
  type        = string
  description = "Commit whose archive the functions run."
}

variable "access_policy" {
  type        = string
  description = "Number of the organisation's access policy."
}

variable "wrapped_keys" {
  type        = map(string)
  description = "De-identification keys, wrapped by the key that `dlp_key` names."
}

module "sluice" {
  source = "../.."

  project      = var.project
  region       = "europe-west3"
  location     = "europe-west3"
  commit       = var.commit
  wrapped_keys = var.wrapped_keys
  declared     = jsondecode(file("${path.module}/declared.json")).declared

  cmek           = true
  private_egress = true
  access_policy  = var.access_policy
  # Look at what would have been refused first (README.md), then close it.
  perimeter_dry_run = true
}

output "accounts" {
  description = "Accounts, for ingress rules of other perimeters."
  value       = module.sluice.accounts
}
