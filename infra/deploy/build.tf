# Delivery: the images that the functions run from, who builds them, and what the pipeline may do beside applying this.

resource "google_artifact_registry_repository" "images" {
  repository_id = "${var.prefix}-functions"
  location      = var.region
  format        = "DOCKER"
  description   = "Images of the functions"
  kms_key_name  = var.cmek ? google_kms_crypto_key.functions[0].id : null

  # Each is some 150 MB, of which the layers of Node are shared; 0.5 GB are free.
  cleanup_policies {
    id     = "keep-newest"
    action = "KEEP"
    most_recent_versions {
      keep_count = 3
    }
  }

  cleanup_policies {
    id     = "drop-older"
    action = "DELETE"
    condition {
      tag_state  = "ANY"
      older_than = "2592000s"
    }
  }

  depends_on = [google_kms_crypto_key_iam_member.functions]
}

# Building runs what the packages bring along, so the account that does it can read the archive, write the image and log.
resource "google_storage_bucket_iam_member" "image" {
  bucket = google_storage_bucket.archives.name
  role   = "roles/storage.objectViewer"
  member = "serviceAccount:${google_service_account.account["image"].email}"
}

resource "google_artifact_registry_repository_iam_member" "image" {
  repository = google_artifact_registry_repository.images.name
  location   = var.region
  role       = "roles/artifactregistry.writer"
  member     = "serviceAccount:${google_service_account.account["image"].email}"
}

# Cloud Functions copies the archive into a bucket of its own, which it makes at the first build: until then there is
# nothing to bind to, so the right is the project's and ends at that bucket's name.
resource "google_project_iam_member" "image_source" {
  project = var.project
  role    = "roles/storage.objectViewer"
  member  = "serviceAccount:${google_service_account.account["image"].email}"

  condition {
    title      = "the bucket of Cloud Functions"
    expression = "resource.name.startsWith(\"projects/_/buckets/gcf-v2-sources-${local.project_number}-${var.region}\")"
  }
}

resource "google_project_iam_member" "image" {
  project = var.project
  role    = "roles/logging.logWriter"
  member  = "serviceAccount:${google_service_account.account["image"].email}"
}

locals {
  # What the pipeline's account does itself; `deployer_roles` in outputs.tf is what applying needs on top.
  build_objects = {
    archives = { bucket = google_storage_bucket.archives.name, prefix = "" }
    releases = { bucket = google_storage_bucket.data["state"].name, prefix = "releases/" }
    # The smoke test drops a canary, looks for what became of it, and takes it away again.
    canary = { bucket = google_storage_bucket.data["raw"].name, prefix = "canary/" }
  }
}

resource "google_project_iam_custom_role" "build" {
  for_each = {
    # delete, since a build that is run again writes over what it wrote before.
    archives = ["storage.objects.create", "storage.objects.delete", "storage.objects.get", "storage.objects.list"]
    # delete, since naming another release as the current one overwrites the name.
    releases = ["storage.objects.create", "storage.objects.delete", "storage.objects.get"]
    canary   = ["storage.objects.create", "storage.objects.delete"]
    # How large the tables are that a transform reads: the plan says what building it anew may cost, and sees no row.
    sizes = ["bigquery.tables.get"]
    # The canary's own rows.
    rows = ["bigquery.tables.get", "bigquery.tables.getData"]
  }

  role_id     = "${var.prefix}_build_${each.key}"
  title       = "Sluice: build/${each.key}"
  description = "What delivery does with ${each.key}, and no more"
  permissions = each.value
}

# It looks for the canary's rows, and for the sizes of what transforms read; it reads no other row.
resource "google_bigquery_dataset_iam_member" "build" {
  for_each = var.declared.datasets

  dataset_id = google_bigquery_dataset.declared[each.key].dataset_id
  role       = google_project_iam_custom_role.build[each.key == "canary" ? "rows" : "sizes"].id
  member     = "serviceAccount:${google_service_account.account["build"].email}"
}

resource "google_storage_bucket_iam_member" "build" {
  for_each = local.build_objects

  bucket = each.value.bucket
  role   = google_project_iam_custom_role.build[each.key].id
  member = "serviceAccount:${google_service_account.account["build"].email}"

  dynamic "condition" {
    for_each = each.value.prefix == "" ? [] : [each.value.prefix]
    content {
      title      = "under ${condition.value}"
      expression = "resource.name.startsWith(\"projects/_/buckets/${each.value.bucket}/objects/${condition.value}\")"
    }
  }
}

resource "google_project_iam_member" "build" {
  for_each = toset(["roles/logging.logWriter", "roles/bigquery.jobUser"])

  project = var.project
  role    = each.key
  member  = "serviceAccount:${google_service_account.account["build"].email}"
}
