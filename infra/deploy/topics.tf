# Topics, and who reads them: arrivals are pushed to a function, events go into a table; what neither takes stays in a
# dead letter, where an alert finds it.

locals {
  topic_key = var.cmek ? google_kms_crypto_key.data["state"].id : null
}

resource "google_pubsub_topic" "arrivals" {
  name = "${var.prefix}-arrivals"
  # Kept so that a mended `arrive` can be given the last week once more.
  message_retention_duration = "604800s"
  kms_key_name               = local.topic_key

  message_storage_policy {
    allowed_persistence_regions = [var.region]
  }

  depends_on = [google_kms_crypto_key_iam_member.pubsub]
}

resource "google_pubsub_topic" "events" {
  name                       = "${var.prefix}-events"
  message_retention_duration = "604800s"
  kms_key_name               = local.topic_key

  message_storage_policy {
    allowed_persistence_regions = [var.region]
  }

  depends_on = [google_kms_crypto_key_iam_member.pubsub]
}

resource "google_pubsub_topic" "dead" {
  for_each = toset(["arrivals", "events"])

  name                       = "${var.prefix}-${each.key}-dead"
  message_retention_duration = "604800s"
  kms_key_name               = local.topic_key

  message_storage_policy {
    allowed_persistence_regions = [var.region]
  }

  depends_on = [google_kms_crypto_key_iam_member.pubsub]
}

# Pub/Sub reaches a function of internal ingress at its run.app address, since both are in one project
# (cloud.google.com/run/docs/securing/ingress).
resource "google_pubsub_subscription" "arrive" {
  name  = "${var.prefix}-arrive"
  topic = google_pubsub_topic.arrivals.id
  # Also how long a push may take.
  ack_deadline_seconds       = 60
  message_retention_duration = "604800s"

  push_config {
    push_endpoint = local.urls.arrive

    oidc_token {
      service_account_email = google_service_account.account["push"].email
      audience              = local.urls.arrive
    }
  }

  retry_policy {
    minimum_backoff = "1s"
    maximum_backoff = "60s"
  }

  dead_letter_policy {
    dead_letter_topic     = google_pubsub_topic.dead["arrivals"].id
    max_delivery_attempts = 20
  }

  # A week without a file must not be the end of the subscription.
  expiration_policy {
    ttl = ""
  }

  depends_on = [google_service_account_iam_member.push]
}

resource "google_pubsub_subscription" "events" {
  name                       = "${var.prefix}-events"
  topic                      = google_pubsub_topic.events.id
  ack_deadline_seconds       = 60
  message_retention_duration = "604800s"

  bigquery_config {
    table               = "${var.project}.${google_bigquery_dataset.own.dataset_id}.${google_bigquery_table.events.table_id}"
    write_metadata      = true
    drop_unknown_fields = false
  }

  retry_policy {
    minimum_backoff = "1s"
    maximum_backoff = "60s"
  }

  dead_letter_policy {
    dead_letter_topic     = google_pubsub_topic.dead["events"].id
    max_delivery_attempts = 20
  }

  expiration_policy {
    ttl = ""
  }

  depends_on = [google_bigquery_table_iam_member.events]
}

# Pulled by a person, with OPERATIONS.md beside them. What lies here has no further dead letter; the alert counts it.
resource "google_pubsub_subscription" "dead" {
  for_each = google_pubsub_topic.dead

  name                       = each.value.name
  topic                      = each.value.id
  ack_deadline_seconds       = 60
  message_retention_duration = "604800s"

  retry_policy {
    minimum_backoff = "10s"
    maximum_backoff = "600s"
  }

  expiration_policy {
    ttl = ""
  }
}
