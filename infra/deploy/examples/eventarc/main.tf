# Arrivals through Eventarc, beside the module's own notifications or in their place: `arrive` understands both and takes
# an object once however often it is told of it. Eventarc wants the bucket in its own project, keeps an event for 24 hours,
# has no filter by prefix and no dead letter; the hourly sweep finds what it loses.
#
# Its token is for the address that Cloud Run reports for the service, and `arrive` takes only SLUICE_URL_ARRIVE. Compare
# `gcloud run services describe sluice-arrive --format='value(status.url)'` with it before relying on this: where they
# differ, every event is refused with UNAUTHENTICATED.

terraform {
  required_version = ">= 1.9.0"
}

variable "project" {
  type        = string
  description = "Project that Sluice is in."
}

variable "region" {
  type        = string
  default     = "us-central1"
  description = "Region of the functions."
}

variable "bucket_location" {
  type        = string
  default     = "us"
  description = "Location of the raw bucket, lower case: a trigger lies where its bucket does."
}

variable "raw_bucket" {
  type        = string
  description = "`environment.buckets.raw` of the module."
}

variable "push_account" {
  type        = string
  description = "`accounts.push` of the module: the one caller that `arrive` knows."
}

data "google_storage_project_service_account" "agent" {
  project = var.project
}

# Eventarc's events of a bucket travel over Pub/Sub, and Cloud Storage's agent publishes them.
resource "google_project_iam_member" "publish" {
  project = var.project
  role    = "roles/pubsub.publisher"
  member  = "serviceAccount:${data.google_storage_project_service_account.agent.email_address}"
}

resource "google_project_iam_member" "receive" {
  project = var.project
  role    = "roles/eventarc.eventReceiver"
  member  = "serviceAccount:${var.push_account}"
}

resource "google_eventarc_trigger" "arrive" {
  name            = "sluice-arrive"
  project         = var.project
  location        = var.bucket_location
  service_account = var.push_account

  matching_criteria {
    attribute = "type"
    value     = "google.cloud.storage.object.v1.finalized"
  }

  matching_criteria {
    attribute = "bucket"
    value     = var.raw_bucket
  }

  destination {
    cloud_run_service {
      service = "sluice-arrive"
      region  = var.region
    }
  }

  depends_on = [google_project_iam_member.publish, google_project_iam_member.receive]
}
