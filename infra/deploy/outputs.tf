output "environment" {
  description = "What the command line needs to know of this deployment: terraform output -json environment > env/NAME.json"
  value = {
    project  = var.project
    location = var.location
    region   = var.region
    buckets  = local.buckets
    queues   = local.queues
    topics = {
      events   = local.topic_events
      arrivals = local.topic_arrived
    }
    functions     = local.urls
    operator      = local.accounts.operator
    reidentifiers = { for name, account in local.reidentifiers : name => local.accounts[account] }
    forgetters    = { for name, account in local.forgetters : name => local.accounts[account] }
    archives      = local.archives_bucket
    dlp_key       = local.dlp_key
    keys          = var.wrapped_keys
  }
}

output "dlp_key" {
  description = "The KMS key that wraps the de-identification keys; README.md says how."
  value       = google_kms_crypto_key.dlp.id
}

output "accounts" {
  description = "Service accounts by what they are for."
  value       = { for name, account in google_service_account.account : name => account.email }
}

output "callers" {
  description = "Accounts that may call each function."
  value       = { for name, callers in local.callers : name => [for caller in callers : local.accounts[caller]] }
}

output "deployer_roles" {
  description = "Roles that whoever applies this needs on the project, besides roles/billing.costsManager on the billing account for a budget and roles/accesscontextmanager.policyEditor on the organisation for a perimeter, and with private_egress roles/compute.networkAdmin, roles/compute.securityAdmin, roles/dns.admin and roles/vpcaccess.admin on the project."
  value = [
    "roles/artifactregistry.admin",
    "roles/bigquery.admin",
    "roles/cloudfunctions.admin",
    "roles/cloudkms.admin",
    "roles/cloudscheduler.admin",
    "roles/cloudtasks.queueAdmin",
    "roles/dlp.inspectTemplatesEditor",
    "roles/iam.roleAdmin",
    "roles/iam.serviceAccountAdmin",
    "roles/iam.serviceAccountUser",
    "roles/logging.configWriter",
    "roles/monitoring.editor",
    "roles/pubsub.admin",
    "roles/resourcemanager.projectIamAdmin",
    "roles/run.admin",
    "roles/serviceusage.serviceUsageAdmin",
    "roles/storage.admin",
  ]
}
