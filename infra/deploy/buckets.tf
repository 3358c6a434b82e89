# The lake and what Sluice keeps beside it. None has a retention policy: Google refuses one beside versioning, and on the
# state bucket it would keep the ledger's own clean-up from working.

locals {
  # Soft delete keeps, and charges for, what was removed for a week. Off where something is removed all the time or must
  # be gone when it is removed; on where a mistake of a person would be the end of it.
  bucket_traits = {
    raw        = { key = "raw", versioning = true, soft_delete_days = 7, delete_after_days = 0 }
    staging    = { key = "raw", versioning = false, soft_delete_days = 0, delete_after_days = 7 }
    curated    = { key = "curated", versioning = false, soft_delete_days = 0, delete_after_days = 0 }
    quarantine = { key = "raw", versioning = false, soft_delete_days = 0, delete_after_days = var.quarantine_days }
    state      = { key = "state", versioning = false, soft_delete_days = 7, delete_after_days = 0 }
  }
}

resource "google_storage_bucket" "data" {
  for_each = local.bucket_traits

  name                        = local.buckets[each.key]
  location                    = var.location
  storage_class               = "STANDARD"
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = false
  labels                      = { role = each.key }

  versioning {
    enabled = each.value.versioning
  }

  soft_delete_policy {
    retention_duration_seconds = each.value.soft_delete_days * 86400
  }

  # An upload that was given up is charged for until somebody removes its parts.
  lifecycle_rule {
    action {
      type = "AbortIncompleteMultipartUpload"
    }
    condition {
      age = 7
    }
  }

  # A run pins the generation that it reads; an overwritten one must outlive every run and a replay within the month.
  dynamic "lifecycle_rule" {
    for_each = each.value.versioning ? [30] : []
    content {
      action {
        type = "Delete"
      }
      condition {
        days_since_noncurrent_time = lifecycle_rule.value
        with_state                 = "ARCHIVED"
      }
    }
  }

  dynamic "lifecycle_rule" {
    for_each = each.value.delete_after_days > 0 ? [each.value.delete_after_days] : []
    content {
      action {
        type = "Delete"
      }
      condition {
        age = lifecycle_rule.value
      }
    }
  }

  dynamic "encryption" {
    for_each = var.cmek ? [google_kms_crypto_key.data[each.value.key].id] : []
    content {
      default_kms_key_name = encryption.value
    }
  }

  # Cloud Storage checks at once that its agent may use the key.
  depends_on = [google_kms_crypto_key_iam_member.storage]

  lifecycle {
    prevent_destroy = true
  }
}

# The archives that the functions are made from, one a commit; a rollback names an earlier one.
resource "google_storage_bucket" "archives" {
  name                        = local.archives_bucket
  location                    = var.location
  storage_class               = "STANDARD"
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = false
  labels                      = { role = "archives" }

  versioning {
    enabled = false
  }

  soft_delete_policy {
    retention_duration_seconds = 7 * 86400
  }

  lifecycle_rule {
    action {
      type          = "SetStorageClass"
      storage_class = "NEARLINE"
    }
    condition {
      age = 30
    }
  }

  dynamic "encryption" {
    for_each = var.cmek ? [google_kms_crypto_key.data["state"].id] : []
    content {
      default_kms_key_name = encryption.value
    }
  }

  depends_on = [google_kms_crypto_key_iam_member.storage]
}
