# One queue a function. That a table's batches are loaded one after the other does not hang on a queue of concurrency 1:
# they are numbered in the ledger, and number n+1 can exist only once n has ended.

resource "google_cloud_tasks_queue" "work" {
  for_each = local.queue_names

  name     = "${var.prefix}-${each.key}"
  location = var.region

  rate_limits {
    max_dispatches_per_second = local.paces[each.key].per_second
    max_concurrent_dispatches = local.paces[each.key].at_once
  }

  # The functions count attempts themselves and end a run after `attempts`; the queue only spaces them.
  retry_config {
    max_attempts  = 100
    min_backoff   = "0.2s"
    max_backoff   = "30s"
    max_doublings = 6
  }

  # Failed attempts are in the functions' own log; a tenth of the operations tells whether a queue lives.
  stackdriver_logging_config {
    sampling_ratio = 0.1
  }

  depends_on = [google_project_service.used]
}
