# The functions, from one archive; which of them an instance is, the entry point says. `sluice archive` has bundled
# it already, so Google's buildpack installs two packages and compiles nothing.

locals {
  environment = merge(
    {
      SLUICE_PROJECT              = var.project
      SLUICE_LOCATION             = var.location
      SLUICE_DLP_LOCATION         = local.dlp_location
      SLUICE_TOPIC_EVENTS         = local.topic_events
      SLUICE_TASK_SERVICE_ACCOUNT = local.accounts.tasks
      # Cloud Run verifies a token and takes its signature off before the function sees it.
      SLUICE_TOKEN_SIGNATURES = "removed-by-cloud-run"
      SLUICE_ATTEMPTS         = tostring(var.attempts)
      SLUICE_SHARD_BYTES      = tostring(var.shard_mib * 1024 * 1024)
      SLUICE_MAX_PLAIN_BYTES  = tostring(var.max_plain_gib * 1024 * 1024 * 1024)
      SLUICE_MAX_RATIO        = tostring(var.max_compression_ratio)
      SLUICE_DLP_CONCURRENCY  = tostring(var.dlp_concurrency)
      # Memory, like everything an instance writes.
      SLUICE_SCRATCH = "/tmp"
    },
    { for role, name in local.buckets : "SLUICE_BUCKET_${upper(role)}" => name },
    { for name, queue in local.queues : "SLUICE_QUEUE_${upper(name)}" => queue },
    { for name, url in local.urls : "SLUICE_URL_${upper(name)}" => url },
    { for name, accounts in local.callers : "SLUICE_CALLERS_${upper(name)}" => join(",", [for caller in accounts : local.accounts[caller]]) if length(accounts) > 0 },
  )

  # Keys go to the functions that hand them to DLP, and they go wrapped.
  key_holders  = ["deidentify", "reidentify", "forget"]
  wrapped_keys = { for name, wrapped in var.wrapped_keys : name => { wrapped = wrapped, kmsKey = google_kms_crypto_key.dlp.id } }
}

resource "google_cloudfunctions2_function" "function" {
  for_each = local.function_names

  name         = "${var.prefix}-${each.key}"
  location     = var.region
  description  = local.account_purposes[each.key]
  kms_key_name = var.cmek ? google_kms_crypto_key.functions[0].id : null

  build_config {
    runtime           = "nodejs24"
    entry_point       = each.key
    service_account   = google_service_account.account["image"].id
    docker_repository = google_artifact_registry_repository.images.id

    source {
      storage_source {
        bucket = google_storage_bucket.archives.name
        object = local.source_object
      }
    }
  }

  service_config {
    available_memory                 = local.sizes[each.key].memory
    available_cpu                    = local.sizes[each.key].cpu
    max_instance_request_concurrency = local.sizes[each.key].concurrency
    timeout_seconds                  = local.sizes[each.key].timeout
    max_instance_count               = local.sizes[each.key].max_instances
    min_instance_count               = local.sizes[each.key].min_instances
    service_account_email            = google_service_account.account[each.key].email
    all_traffic_on_latest_revision   = true

    # Cloud Tasks, Cloud Scheduler, Pub/Sub and Eventarc of the same project count as internal when they call the run.app
    # address (cloud.google.com/run/docs/securing/ingress). A person reaches adhoc from within a network of the project
    # (VPN, workstation, IAP tunnel to a machine), or through a load balancer with IAP: README.md. Clear values are for within.
    ingress_settings = each.key == "adhoc" ? var.adhoc_ingress : "ALLOW_INTERNAL_ONLY"

    vpc_connector                 = var.private_egress ? google_vpc_access_connector.egress[0].id : null
    vpc_connector_egress_settings = var.private_egress ? "ALL_TRAFFIC" : null

    environment_variables = merge(
      local.environment,
      {
        SLUICE_MEMORY = lookup(local.duckdb_memory, each.key, "256MB")
        # A CSV is read by one thread of DuckDB, and a second would spin meanwhile.
        SLUICE_THREADS = "1"
      },
      contains(local.key_holders, each.key) ? { SLUICE_KEYS = jsonencode(local.wrapped_keys) } : {},
    )
  }

  lifecycle {
    precondition {
      condition     = !contains(local.key_holders, each.key) || alltrue([for name in var.declared.keys : contains(keys(var.wrapped_keys), name)])
      error_message = "A key that sql/ names is not in wrapped_keys: README.md says how to wrap one."
    }
  }

  depends_on = [
    google_kms_crypto_key_iam_member.functions,
    google_kms_crypto_key_iam_member.functions_storage,
    google_artifact_registry_repository_iam_member.image,
    google_storage_bucket_iam_member.image,
    google_project_iam_member.image,
    google_project_iam_member.image_source,
  ]
}
