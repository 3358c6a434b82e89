# With private_egress: a network whose only way out leads to Google's restricted addresses, which serve the APIs that a
# perimeter can guard and nothing else. A function that was taken over can send nothing to anywhere.

locals {
  # restricted.googleapis.com (cloud.google.com/vpc/docs/configure-private-google-access).
  restricted_range     = "199.36.153.4/30"
  restricted_addresses = ["199.36.153.4", "199.36.153.5", "199.36.153.6", "199.36.153.7"]
  private_domains      = var.private_egress ? { googleapis = "googleapis.com.", run = "run.app." } : {}
}

resource "google_project_service" "network" {
  for_each = var.private_egress ? toset(["compute.googleapis.com", "dns.googleapis.com", "vpcaccess.googleapis.com"]) : toset([])

  service            = each.key
  disable_on_destroy = false
}

resource "google_compute_network" "egress" {
  count = var.private_egress ? 1 : 0

  name                            = "${var.prefix}-egress"
  auto_create_subnetworks         = false
  delete_default_routes_on_create = true

  depends_on = [google_project_service.network]
}

resource "google_compute_subnetwork" "egress" {
  count = var.private_egress ? 1 : 0

  name                     = "${var.prefix}-egress"
  region                   = var.region
  network                  = google_compute_network.egress[0].id
  ip_cidr_range            = "10.124.0.0/28"
  private_ip_google_access = true

  log_config {
    aggregation_interval = "INTERVAL_10_MIN"
    flow_sampling        = 0.5
    metadata             = "INCLUDE_ALL_METADATA"
  }
}

resource "google_compute_route" "restricted" {
  count = var.private_egress ? 1 : 0

  name             = "${var.prefix}-restricted"
  network          = google_compute_network.egress[0].id
  dest_range       = local.restricted_range
  next_hop_gateway = "default-internet-gateway"
}

resource "google_compute_firewall" "egress" {
  for_each = var.private_egress ? { allow = [local.restricted_range], deny = ["0.0.0.0/0"] } : {}

  name               = "${var.prefix}-egress-${each.key}"
  network            = google_compute_network.egress[0].id
  direction          = "EGRESS"
  destination_ranges = each.value
  priority           = each.key == "allow" ? 1000 : 65000

  dynamic "allow" {
    for_each = each.key == "allow" ? ["443"] : []
    content {
      protocol = "tcp"
      ports    = [allow.value]
    }
  }

  dynamic "deny" {
    for_each = each.key == "deny" ? ["all"] : []
    content {
      protocol = deny.value
    }
  }

  log_config {
    metadata = "INCLUDE_ALL_METADATA"
  }
}

resource "google_vpc_access_connector" "egress" {
  count = var.private_egress ? 1 : 0

  name          = "${var.prefix}-egress"
  region        = var.region
  machine_type  = "e2-micro"
  min_instances = 2
  max_instances = 3

  subnet {
    name = google_compute_subnetwork.egress[0].name
  }
}

resource "google_dns_managed_zone" "private" {
  for_each = local.private_domains

  name        = "${var.prefix}-${each.key}"
  dns_name    = each.value
  description = "Google's services by their restricted addresses"
  visibility  = "private"

  private_visibility_config {
    networks {
      network_url = google_compute_network.egress[0].id
    }
  }
}

resource "google_dns_record_set" "private" {
  for_each = local.private_domains

  managed_zone = google_dns_managed_zone.private[each.key].name
  name         = "*.${each.value}"
  type         = "A"
  ttl          = 300
  rrdatas      = local.restricted_addresses
}
