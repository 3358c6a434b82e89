# KMS: one key that wraps the de-identification keys, always; with `cmek` one for each kind of data as well.

locals {
  # Raw and curated data have keys of their own, so that one can be taken away without the other.
  data_keys = var.cmek ? toset(["raw", "curated", "state"]) : toset([])
  rotation  = "${var.key_rotation_days * 86400}s"
}

resource "google_kms_key_ring" "data" {
  name     = var.prefix
  location = local.kms_location

  depends_on = [google_project_service.used]
}

# A new version wraps what is wrapped from then on; what an older one has wrapped can still be read, so that tokens stay
# what they are. Old versions cost 0.06 dollars a month until somebody destroys them, which `sluice keys rewrap` comes before: OPERATIONS.md.
resource "google_kms_crypto_key" "dlp" {
  name                       = "dlp"
  key_ring                   = google_kms_key_ring.data.id
  purpose                    = "ENCRYPT_DECRYPT"
  rotation_period            = local.rotation
  destroy_scheduled_duration = "2592000s"

  lifecycle {
    prevent_destroy = true
  }
}

resource "google_kms_crypto_key" "data" {
  for_each = local.data_keys

  name                       = each.key
  key_ring                   = google_kms_key_ring.data.id
  purpose                    = "ENCRYPT_DECRYPT"
  rotation_period            = local.rotation
  destroy_scheduled_duration = "2592000s"

  lifecycle {
    prevent_destroy = true
  }
}

# The functions' images want a key in the functions' own region.
resource "google_kms_key_ring" "functions" {
  count = var.cmek ? 1 : 0

  name     = "${var.prefix}-functions"
  location = var.region

  depends_on = [google_project_service.used]
}

resource "google_kms_crypto_key" "functions" {
  count = var.cmek ? 1 : 0

  name                       = "functions"
  key_ring                   = google_kms_key_ring.functions[0].id
  purpose                    = "ENCRYPT_DECRYPT"
  rotation_period            = local.rotation
  destroy_scheduled_duration = "2592000s"

  lifecycle {
    prevent_destroy = true
  }
}
