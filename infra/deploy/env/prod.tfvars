# The real thing, in Europe: keys of our own, people told, a budget, nothing that leaves the network.

project  = "acme-lake-prod"
region   = "europe-west3"
location = "europe-west3"
labels   = { stage = "prod" }

cmek           = true
private_egress = true

operators = ["group:data-platform@example.com"]
# One entry a person, so that the audit names a person.
reidentifiers = {
  ann = "user:ann@example.com"
}
forgetters = {
  ben = "user:ben@example.com"
}
readers = {
  shop = ["group:analysts@example.com"]
}

alert_emails    = ["data-platform@example.com", "on-call@example.com"]
security_emails = ["security@example.com"]
billing_account = "012345-6789AB-CDEF01"
monthly_budget  = 500
daily_scan_tib  = 5
