# With access_policy: a service perimeter round the project, so that nobody outside of it reaches the data through any of
# these APIs, whatever rights they hold, and nobody inside copies it out.

locals {
  guarded_services = [
    "artifactregistry.googleapis.com",
    "bigquery.googleapis.com",
    "cloudfunctions.googleapis.com",
    "cloudkms.googleapis.com",
    "cloudscheduler.googleapis.com",
    "cloudtasks.googleapis.com",
    "dlp.googleapis.com",
    "logging.googleapis.com",
    "pubsub.googleapis.com",
    "run.googleapis.com",
    "storage.googleapis.com",
  ]
}

resource "google_access_context_manager_service_perimeter" "project" {
  count = var.access_policy == null ? 0 : 1

  parent                    = "accessPolicies/${var.access_policy}"
  name                      = "accessPolicies/${var.access_policy}/servicePerimeters/${var.prefix}"
  title                     = var.prefix
  description               = "Sluice in ${var.project}"
  use_explicit_dry_run_spec = var.perimeter_dry_run

  dynamic "spec" {
    for_each = var.perimeter_dry_run ? [1] : []
    content {
      resources           = ["projects/${local.project_number}"]
      restricted_services = local.guarded_services

      vpc_accessible_services {
        enable_restriction = true
        allowed_services   = ["RESTRICTED-SERVICES"]
      }
    }
  }

  dynamic "status" {
    for_each = var.perimeter_dry_run ? [] : [1]
    content {
      resources           = ["projects/${local.project_number}"]
      restricted_services = local.guarded_services

      vpc_accessible_services {
        enable_restriction = true
        allowed_services   = ["RESTRICTED-SERVICES"]
      }
    }
  }

  depends_on = [google_project_service.used]
}
