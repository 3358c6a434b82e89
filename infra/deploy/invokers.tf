# Who may invoke which function. Bindings, not members: they say the whole of it, and who was added by hand is gone with
# the next apply.

resource "google_cloud_run_v2_service_iam_binding" "invokers" {
  # A binding has at least one member; nobody may call a function that has none.
  for_each = { for name, accounts in local.callers : name => accounts if length(accounts) > 0 }

  name     = google_cloudfunctions2_function.function[each.key].name
  location = var.region
  role     = "roles/run.invoker"
  members  = [for caller in each.value : "serviceAccount:${google_service_account.account[caller].email}"]
}
