# The roles of grants.tf, each bound as far down as Google lets it: to a bucket, a queue, a topic, an account, a dataset.

resource "google_project_iam_custom_role" "function" {
  for_each = local.grants

  role_id     = trim(replace("${var.prefix}_${each.key}", "/[^A-Za-z0-9]+/", "_"), "_")
  title       = "Sluice: ${each.key}"
  description = "What ${each.value.function} does with the ${each.value.kind} ${each.value.target}, and no more"
  permissions = each.value.permissions
}

resource "google_storage_bucket_iam_member" "function" {
  for_each = { for key, grant in local.grants : key => grant if grant.kind == "bucket" }

  bucket = google_storage_bucket.data[each.value.target].name
  role   = google_project_iam_custom_role.function[each.key].id
  member = "serviceAccount:${google_service_account.account[each.value.function].email}"

  # Most of the state bucket is written once and never changed: what may be removed lies under a prefix of its own.
  dynamic "condition" {
    for_each = each.value.prefix == "" ? [] : [each.value.prefix]
    content {
      title      = "under ${condition.value}"
      expression = "resource.name.startsWith(\"projects/_/buckets/${local.buckets[each.value.target]}/objects/${condition.value}\")"
    }
  }
}

resource "google_cloud_tasks_queue_iam_member" "function" {
  for_each = { for key, grant in local.grants : key => grant if grant.kind == "queue" }

  name     = google_cloud_tasks_queue.work[each.value.target].name
  location = var.region
  role     = google_project_iam_custom_role.function[each.key].id
  member   = "serviceAccount:${google_service_account.account[each.value.function].email}"
}

resource "google_pubsub_topic_iam_member" "function" {
  for_each = { for key, grant in local.grants : key => grant if grant.kind == "topic" }

  topic  = google_pubsub_topic.events.id
  role   = google_project_iam_custom_role.function[each.key].id
  member = "serviceAccount:${google_service_account.account[each.value.function].email}"
}

resource "google_service_account_iam_member" "function" {
  for_each = { for key, grant in local.grants : key => grant if grant.kind == "account" }

  service_account_id = google_service_account.account[each.value.target].name
  role               = google_project_iam_custom_role.function[each.key].id
  member             = "serviceAccount:${google_service_account.account[each.value.function].email}"
}

resource "google_bigquery_dataset_iam_member" "function" {
  for_each = local.dataset_grants

  dataset_id = each.value.dataset == local.own_dataset ? google_bigquery_dataset.own.dataset_id : google_bigquery_dataset.declared[each.value.dataset].dataset_id
  role       = google_project_iam_custom_role.function[each.value.grant].id
  member     = "serviceAccount:${google_service_account.account[each.value.function].email}"
}

# Starting a job and calling DLP belong to no resource below the project.
resource "google_project_iam_member" "function" {
  for_each = { for key, grant in local.grants : key => grant if grant.kind == "project" }

  project = var.project
  role    = google_project_iam_custom_role.function[each.key].id
  member  = "serviceAccount:${google_service_account.account[each.value.function].email}"
}
