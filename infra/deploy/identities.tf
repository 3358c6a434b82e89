# Accounts: one a function, one for each kind of caller, one for people, one for each person
# who may re-identify or have somebody forgotten, one that builds. None has a key, and the
# project's default accounts are used by nothing.

locals {
  account_purposes = {
    arrive     = "Runs the function arrive"
    prepare    = "Runs the function prepare"
    deidentify = "Runs the function deidentify"
    load       = "Runs the function load"
    transform  = "Runs the function transform"
    nightly    = "Runs the function nightly"
    adhoc      = "Runs the function adhoc"
    reidentify = "Runs the function reidentify"
    forget     = "Runs the function forget"
    push       = "Pub/Sub calls arrive as this account"
    tasks      = "Cloud Tasks calls prepare, deidentify, load, transform, nightly and forget as this account"
    scheduler  = "Cloud Scheduler calls nightly as this account"
    operator   = "People and the build act as this account to call adhoc"
    build      = "Delivers: archives, releases, the plan, the smoke test"
    image      = "Builds the functions' images, and may do nothing else"
  }

  # Whoever may ask for clear values does so as an account of their own, so that its name says who.
  reidentifiers         = { for name in keys(var.reidentifiers) : name => "reid-${name}" }
  reidentifier_purposes = { for name, member in var.reidentifiers : local.reidentifiers[name] => "${member} calls reidentify as this account" }
  forgetters            = { for name in keys(var.forgetters) : name => "forget-${name}" }
  forgetter_purposes    = { for name, member in var.forgetters : local.forgetters[name] => "${member} calls forget as this account" }
}

resource "google_service_account" "account" {
  for_each = merge(local.account_purposes, local.reidentifier_purposes, local.forgetter_purposes)

  account_id   = "${var.prefix}-${each.key}"
  display_name = "Sluice ${each.key}"
  description  = each.value

  depends_on = [google_project_service.used]
}

# People ask for the operator's identity token, which opens adhoc and nothing else.
resource "google_service_account_iam_member" "operators" {
  for_each = merge(
    { for member in var.operators : member => member },
    { build = "serviceAccount:${google_service_account.account["build"].email}" },
  )

  service_account_id = google_service_account.account["operator"].name
  role               = "roles/iam.serviceAccountOpenIdTokenCreator"
  member             = each.value
}

# Each of them, and nobody else, asks for the identity token of the account that was made for them. It opens reidentify alone.
resource "google_service_account_iam_member" "reidentifiers" {
  for_each = var.reidentifiers

  service_account_id = google_service_account.account[local.reidentifiers[each.key]].name
  role               = "roles/iam.serviceAccountOpenIdTokenCreator"
  member             = each.value
}

# Likewise for whoever may have a person forgotten.
resource "google_service_account_iam_member" "forgetters" {
  for_each = var.forgetters

  service_account_id = google_service_account.account[local.forgetters[each.key]].name
  role               = "roles/iam.serviceAccountOpenIdTokenCreator"
  member             = each.value
}
