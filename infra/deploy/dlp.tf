# What the declarations look for in free text, as a template: for a person who inspects the curated bucket or a table with
# the very same detectors. The functions do not read it; they send what the running release says, so that a template
# changed by hand can never change what a file becomes.

resource "google_data_loss_prevention_inspect_template" "declared" {
  count = length(var.declared.info_types) > 0 ? 1 : 0

  parent       = "projects/${var.project}/locations/${local.dlp_location}"
  template_id  = "${var.prefix}-declared"
  display_name = "Sluice: infoTypes that sql/ looks for"

  inspect_config {
    min_likelihood = "POSSIBLE"
    # Findings are reported by place; the text itself stays where it is.
    include_quote = false

    dynamic "info_types" {
      for_each = var.declared.info_types
      content {
        name = info_types.value
      }
    }

    limits {
      max_findings_per_request = 3000
      max_findings_per_item    = 1000
    }
  }

  depends_on = [google_project_service.used]
}
