# Datasets that the declarations name, and Sluice's own. Tables are made by the functions, as the declarations have them.

locals {
  dataset_key = var.cmek ? google_kms_crypto_key.data["curated"].id : null
}

resource "google_bigquery_dataset" "declared" {
  for_each = var.declared.datasets

  dataset_id                 = each.key
  location                   = var.location
  description                = "Written by Sluice as sql/ declares it"
  delete_contents_on_destroy = false
  # A table that was overwritten or dropped by mistake can be had back for a week.
  max_time_travel_hours = "168"

  dynamic "default_encryption_configuration" {
    for_each = var.cmek ? [local.dataset_key] : []
    content {
      kms_key_name = default_encryption_configuration.value
    }
  }

  depends_on = [google_kms_crypto_key_iam_member.bigquery]

  lifecycle {
    prevent_destroy = true
  }
}

# Staging tables, which live minutes, and the one row a table that says which batch it holds.
resource "google_bigquery_dataset" "own" {
  dataset_id                 = local.own_dataset
  location                   = var.location
  description                = "Sluice's own: staged rows, commits, events"
  delete_contents_on_destroy = false
  max_time_travel_hours      = "48"

  dynamic "default_encryption_configuration" {
    for_each = var.cmek ? [local.dataset_key] : []
    content {
      kms_key_name = default_encryption_configuration.value
    }
  }

  depends_on = [google_kms_crypto_key_iam_member.bigquery]

  lifecycle {
    prevent_destroy = true
  }
}

# What happened, as the events topic tells it: at least once, so that a query counts distinct ids.
resource "google_bigquery_table" "events" {
  dataset_id          = google_bigquery_dataset.own.dataset_id
  table_id            = "events"
  description         = "Every event of the topic: data is functions/model/event.ts as JSON"
  deletion_protection = true
  clustering          = ["subscription_name"]

  time_partitioning {
    type          = "DAY"
    field         = "publish_time"
    expiration_ms = var.log_days * 86400000
  }

  # The columns that Pub/Sub fills, by its names (cloud.google.com/pubsub/docs/bigquery).
  schema = jsonencode([
    { name = "subscription_name", type = "STRING", mode = "NULLABLE" },
    { name = "message_id", type = "STRING", mode = "NULLABLE" },
    { name = "publish_time", type = "TIMESTAMP", mode = "NULLABLE" },
    { name = "data", type = "JSON", mode = "NULLABLE" },
    { name = "attributes", type = "JSON", mode = "NULLABLE" },
  ])
}

locals {
  dataset_readers = merge([
    for dataset, members in var.readers : { for member in members : "${dataset}/${member}" => { dataset = dataset, member = member } }
  ]...)
}

resource "google_bigquery_dataset_iam_member" "reader" {
  for_each = local.dataset_readers

  dataset_id = google_bigquery_dataset.declared[each.value.dataset].dataset_id
  role       = "roles/bigquery.dataViewer"
  member     = each.value.member
}
