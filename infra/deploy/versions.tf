terraform {
  # 1.9 is the first whose validations may look at other variables.
  required_version = ">= 1.9.0"

  required_providers {
    google = {
      source = "hashicorp/google"
      # The version that schema/google.json was made from: another one is taken together with it.
      version = "6.50.0"
    }
  }

  # terraform init -backend-config="bucket=…" -backend-config="prefix=sluice"
  # The bucket is made by hand, since nothing can keep its own state in what it has still to make.
  backend "gcs" {}
}

provider "google" {
  project = var.project
  region  = var.region

  # Budgets and perimeters belong to no project; their calls are counted against this one.
  billing_project       = var.project
  user_project_override = true

  default_labels = merge(var.labels, { deployment = var.prefix })
}
