# What everything is called, in one place and without a look at the cloud. The local cloud has the same names less the
# prefix (infra/cli/local-names.ts); a test compares the two.

locals {
  function_names = toset(["arrive", "prepare", "deidentify", "load", "transform", "nightly", "adhoc", "reidentify", "forget"])
  # Functions that tasks call, each through a queue of its own.
  queue_names  = toset(["prepare", "deidentify", "load", "transform", "nightly", "forget"])
  bucket_roles = toset(["raw", "staging", "curated", "quarantine", "state"])

  buckets         = { for role in local.bucket_roles : role => "${var.project}-${var.prefix}-${role}" }
  archives_bucket = "${var.project}-${var.prefix}-archives"

  queues        = { for name in local.queue_names : name => "projects/${var.project}/locations/${var.region}/queues/${var.prefix}-${name}" }
  topic_events  = "projects/${var.project}/topics/${var.prefix}-events"
  topic_arrived = "projects/${var.project}/topics/${var.prefix}-arrivals"
  own_dataset   = "_sluice"
  logs_dataset  = "_sluice_logs"
  source_object = "functions-${var.commit}.zip"

  # Cloud Run's deterministic address, so that a function's environment can name all functions without a cycle. It is
  # also the audience of the tokens that a caller brings.
  urls = { for name in local.function_names : name => "https://${var.prefix}-${name}-${local.project_number}.${var.region}.run.app" }

  account_names = setunion(local.function_names, ["push", "tasks", "scheduler", "operator", "build", "image"], values(local.reidentifiers), values(local.forgetters))
  accounts      = { for name in local.account_names : name => "${var.prefix}-${name}@${var.project}.iam.gserviceaccount.com" }

  # Who may call which function; Cloud Run asks (invokers.tf), and the function itself asks again.
  callers = {
    arrive     = ["push"]
    prepare    = ["tasks"]
    deidentify = ["tasks"]
    load       = ["tasks"]
    transform  = ["tasks"]
    nightly    = ["scheduler", "tasks"]
    adhoc      = ["operator"]
    reidentify = values(local.reidentifiers)
    forget     = concat(["tasks"], values(local.forgetters))
  }

  # The same place as KMS and DLP spell it: US is us, EU is europe, a region is itself. DLP's quota is counted there too.
  kms_location = var.location == "EU" ? "europe" : lower(var.location)
  dlp_location = local.kms_location
  # Written out, so that what the command line is told is known before the key is made.
  dlp_key = "projects/${var.project}/locations/${local.kms_location}/keyRings/${var.prefix}/cryptoKeys/dlp"
}
