# Everything that a deployment must say; what may be said besides is in REFERENCE.md. Copy it, one file an environment:
#   terraform apply -var-file=env/NAME.tfvars -var commit=$(git rev-parse HEAD)

project = "my-project"

# base64 of 32 random bytes that the KMS key has wrapped, by the names that sql/ gives them (README.md):
# wrapped_keys = { pii = "CiQA…" }

operators    = ["group:data-platform@example.com"]
alert_emails = ["data-platform@example.com"]
