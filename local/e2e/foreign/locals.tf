locals {
  name = join("-", compact(["shop", var.environment == "prod" ? null : var.environment]))

  tags = {
    Project     = "shop"
    Environment = var.environment
  }

  services = {
    catalog = {
      image = "${var.registry}/catalog:${var.tags["catalog"]}"
      paths = ["/catalog", "/catalog/*"]
    }

    basket = {
      image       = "${var.registry}/basket:${var.tags["basket"]}"
      paths       = ["/basket*"]
      size        = { cpu = 512, memory = 1024, count = 2 }
      environment = { CATALOG = "http://${aws_lb.edge.dns_name}/catalog" }
    }
  }
}
