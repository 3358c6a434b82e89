# The least that runs: one project, Google's keys, the declarations of sql/.

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

variable "wrapped_keys" {
  type        = map(string)
  description = "De-identification keys, wrapped by the key that `dlp_key` names."
}

module "sluice" {
  source = "../.."

  project      = var.project
  commit       = var.commit
  cmek         = false
  wrapped_keys = var.wrapped_keys
  # sluice tfvars --json > declared.json
  declared = jsondecode(file("${path.module}/declared.json")).declared
}

output "raw_bucket" {
  description = "Where files are dropped."
  value       = module.sluice.environment.buckets.raw
}
