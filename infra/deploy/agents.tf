# Google's own service agents, and the one thing that each is allowed beyond what Google gives it.

data "google_storage_project_service_account" "agent" {
  depends_on = [google_project_service.used]
}

data "google_bigquery_default_service_account" "agent" {
  depends_on = [google_project_service.used]
}

locals {
  agents = {
    dlp               = "service-${local.project_number}@dlp-api.iam.gserviceaccount.com"
    pubsub            = "service-${local.project_number}@gcp-sa-pubsub.iam.gserviceaccount.com"
    functions         = "service-${local.project_number}@gcf-admin-robot.iam.gserviceaccount.com"
    run               = "service-${local.project_number}@serverless-robot-prod.iam.gserviceaccount.com"
    artifact_registry = "service-${local.project_number}@gcp-sa-artifactregistry.iam.gserviceaccount.com"
  }
}

# DLP unwraps the de-identification keys, which nobody else may: the functions hand the wrapped ones over and never see them.
resource "google_kms_crypto_key_iam_member" "dlp" {
  crypto_key_id = google_kms_crypto_key.dlp.id
  role          = "roles/cloudkms.cryptoKeyDecrypter"
  member        = "serviceAccount:${local.agents.dlp}"
}

resource "google_kms_crypto_key_iam_member" "storage" {
  for_each = local.data_keys

  crypto_key_id = google_kms_crypto_key.data[each.key].id
  role          = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
  member        = "serviceAccount:${data.google_storage_project_service_account.agent.email_address}"
}

resource "google_kms_crypto_key_iam_member" "bigquery" {
  count = var.cmek ? 1 : 0

  crypto_key_id = google_kms_crypto_key.data["curated"].id
  role          = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
  member        = "serviceAccount:${data.google_bigquery_default_service_account.agent.email}"
}

resource "google_kms_crypto_key_iam_member" "pubsub" {
  count = var.cmek ? 1 : 0

  crypto_key_id = google_kms_crypto_key.data["state"].id
  role          = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
  member        = "serviceAccount:${local.agents.pubsub}"
}

resource "google_kms_crypto_key_iam_member" "functions" {
  for_each = var.cmek ? toset(["functions", "run", "artifact_registry"]) : toset([])

  crypto_key_id = google_kms_crypto_key.functions[0].id
  role          = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
  member        = "serviceAccount:${local.agents[each.key]}"
}

# Cloud Functions stores the archive that it builds from in a bucket of its own, under this key.
resource "google_kms_crypto_key_iam_member" "functions_storage" {
  count = var.cmek ? 1 : 0

  crypto_key_id = google_kms_crypto_key.functions[0].id
  role          = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
  member        = "serviceAccount:${data.google_storage_project_service_account.agent.email_address}"
}

# The bucket's notifications are published by Cloud Storage's agent.
resource "google_pubsub_topic_iam_member" "storage" {
  topic  = google_pubsub_topic.arrivals.id
  role   = "roles/pubsub.publisher"
  member = "serviceAccount:${data.google_storage_project_service_account.agent.email_address}"
}

# Pub/Sub's agent moves what could not be delivered: it publishes there and acknowledges here.
resource "google_pubsub_topic_iam_member" "dead_letters" {
  for_each = google_pubsub_topic.dead

  topic  = each.value.id
  role   = "roles/pubsub.publisher"
  member = "serviceAccount:${local.agents.pubsub}"
}

resource "google_pubsub_subscription_iam_member" "dead_letters" {
  for_each = {
    arrive = google_pubsub_subscription.arrive.name
    events = google_pubsub_subscription.events.name
  }

  subscription = each.value
  role         = "roles/pubsub.subscriber"
  member       = "serviceAccount:${local.agents.pubsub}"
}

# It signs the tokens of its pushes in the name of the push account, and of no other.
resource "google_service_account_iam_member" "push" {
  service_account_id = google_service_account.account["push"].name
  role               = "roles/iam.serviceAccountOpenIdTokenCreator"
  member             = "serviceAccount:${local.agents.pubsub}"
}

# Events go straight into their table.
resource "google_bigquery_table_iam_member" "events" {
  dataset_id = google_bigquery_dataset.own.dataset_id
  table_id   = google_bigquery_table.events.table_id
  role       = "roles/bigquery.dataEditor"
  member     = "serviceAccount:${local.agents.pubsub}"
}
