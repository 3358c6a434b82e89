# The project itself: its number, and the services that it uses.

data "google_project" "this" {
  project_id = var.project
}

locals {
  project_number = data.google_project.this.number

  services = [
    "artifactregistry.googleapis.com",
    "bigquery.googleapis.com",
    "cloudbuild.googleapis.com",
    "cloudfunctions.googleapis.com",
    "cloudkms.googleapis.com",
    "cloudresourcemanager.googleapis.com",
    "cloudscheduler.googleapis.com",
    "cloudtasks.googleapis.com",
    "dlp.googleapis.com",
    "iam.googleapis.com",
    "iamcredentials.googleapis.com",
    "logging.googleapis.com",
    "monitoring.googleapis.com",
    "pubsub.googleapis.com",
    "run.googleapis.com",
    "storage.googleapis.com",
  ]
}

resource "google_project_service" "used" {
  for_each = toset(concat(
    local.services,
    var.billing_account == null ? [] : ["billingbudgets.googleapis.com"],
    var.access_policy == null ? [] : ["accesscontextmanager.googleapis.com"],
  ))

  service = each.key
  # Others in the project may use them as well.
  disable_on_destroy = false
}
