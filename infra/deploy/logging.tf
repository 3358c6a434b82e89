# Logs: into the warehouse, where SQL reaches them; counted, so that alerts can watch them; and who read what.

resource "google_bigquery_dataset" "logs" {
  dataset_id                      = local.logs_dataset
  location                        = var.location
  description                     = "Logs of the functions and of what people did to the data"
  delete_contents_on_destroy      = false
  default_partition_expiration_ms = var.log_days * 86400000

  dynamic "default_encryption_configuration" {
    for_each = var.cmek ? [local.dataset_key] : []
    content {
      kms_key_name = default_encryption_configuration.value
    }
  }

  depends_on = [google_kms_crypto_key_iam_member.bigquery]
}

locals {
  # A function of the 2nd generation is a service of Cloud Run, which is what its lines carry.
  function_logs = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=~\"^${var.prefix}-(${join("|", local.function_names)})$\""
  # Data that was read or written by whomever, and changes of anybody's rights.
  audit_logs = "logName:\"cloudaudit.googleapis.com\" AND protoPayload.serviceName=(\"storage.googleapis.com\" OR \"dlp.googleapis.com\" OR \"cloudkms.googleapis.com\" OR \"iam.googleapis.com\" OR \"iamcredentials.googleapis.com\" OR \"cloudresourcemanager.googleapis.com\")"

  # The gate held, or somebody went round it: a public column that holds what it must not; rows that do not add up after
  # de-identification; anybody at DLP but the function whose direction it is; anybody but DLP at the key; anybody but the functions at raw data.
  raw_buckets = ["raw", "staging", "quarantine"]
  raw_readers = distinct([
    for grant in local.grants : grant.function
    if grant.kind == "bucket" && contains(local.raw_buckets, grant.target) && contains(grant.permissions, "storage.objects.get")
  ])
  privacy_logs = join(" OR ", [
    "(${local.function_logs} AND jsonPayload.code=(\"PRIVACY_VIOLATION\" OR \"ROWS_DO_NOT_RECONCILE\" OR \"DLP_INCOMPLETE\"))",
    "(protoPayload.serviceName=\"dlp.googleapis.com\" AND protoPayload.methodName=~\"DeidentifyContent$\" AND protoPayload.authenticationInfo.principalEmail!=(\"${local.accounts.deidentify}\" OR \"${local.accounts.forget}\"))",
    "(protoPayload.serviceName=\"dlp.googleapis.com\" AND protoPayload.methodName=~\"ReidentifyContent$\" AND protoPayload.authenticationInfo.principalEmail!=\"${local.accounts.reidentify}\")",
    "(protoPayload.serviceName=\"cloudkms.googleapis.com\" AND protoPayload.methodName=\"Decrypt\" AND protoPayload.resourceName:\"${google_kms_crypto_key.dlp.id}\" AND protoPayload.authenticationInfo.principalEmail!=\"${local.agents.dlp}\")",
    "(protoPayload.serviceName=\"storage.googleapis.com\" AND protoPayload.methodName=\"storage.objects.get\" AND protoPayload.resourceName=~\"/buckets/(${join("|", [for role in local.raw_buckets : local.buckets[role]])})/objects/\" AND protoPayload.authenticationInfo.principalEmail!~\"^${var.prefix}-(${join("|", local.raw_readers)})@\")",
  ])

  # Every request for clear values, whatever became of it: the line that steps/audit.ts writes before it answers, and those
  # that were refused at the door, by the function or by Cloud Run in front of it.
  reidentify_service = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=\"${var.prefix}-reidentify\""
  reidentify_logs    = "(${local.reidentify_service} AND httpRequest.status=(401 OR 403)) OR (${local.reidentify_service} AND jsonPayload.function=\"reidentify\" AND (jsonPayload.audit:* OR jsonPayload.code=(\"PERMISSION_DENIED\" OR \"UNAUTHENTICATED\")))"
  forget_service     = "resource.type=\"cloud_run_revision\" AND resource.labels.service_name=\"${var.prefix}-forget\""
  forget_logs        = "(${local.forget_service} AND httpRequest.status=(401 OR 403)) OR (${local.forget_service} AND jsonPayload.function=\"forget\" AND (jsonPayload.event=\"privacy.forgotten\" OR jsonPayload.code=(\"PERMISSION_DENIED\" OR \"UNAUTHENTICATED\")))"
}

resource "google_logging_project_sink" "warehouse" {
  name                   = "${var.prefix}-warehouse"
  destination            = "bigquery.googleapis.com/${google_bigquery_dataset.logs.id}"
  filter                 = "(${local.function_logs}) OR (${local.audit_logs})"
  unique_writer_identity = true

  bigquery_options {
    use_partitioned_tables = true
  }
}

resource "google_bigquery_dataset_iam_member" "sink" {
  dataset_id = google_bigquery_dataset.logs.dataset_id
  role       = "roles/bigquery.dataEditor"
  member     = google_logging_project_sink.warehouse.writer_identity
}

# Who may de-identify with a key may also re-identify with it: every use of DLP and of KMS is logged, and so is (iam) who asked
# for the token of which account.
resource "google_project_iam_audit_config" "data_access" {
  for_each = toset(concat(["dlp.googleapis.com", "cloudkms.googleapis.com", "iam.googleapis.com"], var.audit_storage_reads ? ["storage.googleapis.com"] : []))

  project = var.project
  service = each.key

  audit_log_config {
    log_type = "DATA_READ"
  }
  audit_log_config {
    log_type = "DATA_WRITE"
  }
}

# Each event of functions/model/event.ts is a line as well (functions/steps/publish.ts).
resource "google_logging_metric" "events" {
  name        = "${var.prefix}/events"
  description = "What Sluice told of, by kind and subject"
  filter      = "${local.function_logs} AND jsonPayload.event:*"

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
    labels {
      key        = "event"
      value_type = "STRING"
    }
    labels {
      key        = "subject"
      value_type = "STRING"
    }
  }

  label_extractors = {
    event   = "EXTRACT(jsonPayload.event)"
    subject = "EXTRACT(jsonPayload.subject)"
  }
}

# Failures by code (functions/errors.ts), retried ones included: for the dashboard, and for the one that looks for a cause.
resource "google_logging_metric" "failures" {
  name        = "${var.prefix}/failures"
  description = "Failures of the functions by code, those that were tried again included"
  filter      = "${local.function_logs} AND severity>=WARNING AND jsonPayload.code:*"

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
    labels {
      key        = "code"
      value_type = "STRING"
    }
    labels {
      key        = "function"
      value_type = "STRING"
    }
  }

  label_extractors = {
    code     = "EXTRACT(jsonPayload.code)"
    function = "EXTRACT(jsonPayload.function)"
  }
}

# For the dashboard; the alert looks at the lines themselves.
resource "google_logging_metric" "privacy" {
  name        = "${var.prefix}/privacy"
  description = "Signs that sensitive values may be where they must not be, or were read by somebody who should not"
  filter      = local.privacy_logs

  metric_descriptor {
    metric_kind = "DELTA"
    value_type  = "INT64"
  }
}
