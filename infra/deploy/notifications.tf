# The raw bucket tells of every object that is finalized under a declared folder. Eventarc would do as well
# (examples/eventarc): it has no filter by prefix, keeps an event for 24 hours only and has no dead letter, so that it is
# the second choice. What neither tells of is found by the hourly sweep.

resource "google_storage_notification" "arrivals" {
  for_each = toset(var.declared.raw_prefixes)

  bucket             = google_storage_bucket.data["raw"].name
  topic              = google_pubsub_topic.arrivals.id
  payload_format     = "JSON_API_V1"
  event_types        = ["OBJECT_FINALIZE"]
  object_name_prefix = each.key

  depends_on = [google_pubsub_topic_iam_member.storage]
}
