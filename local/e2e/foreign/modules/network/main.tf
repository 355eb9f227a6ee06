variable "name" {
  type = string
}

variable "cidr" {
  type = string

  validation {
    condition     = can(cidrnetmask(var.cidr))
    error_message = "The CIDR is none."
  }
}

variable "zones" {
  type = list(string)
}

variable "nat" {
  type    = string
  default = "none"
}

variable "endpoint" {
  type    = map(string)
  default = {}
}

variable "tags" {
  type    = map(string)
  default = {}
}

data "aws_region" "current" {}

locals {
  # One public and one private subnet a zone.
  subnets = merge([
    for i, zone in var.zones : {
      "public-${zone}"  = { zone = zone, cidr = cidrsubnet(var.cidr, 8, i), public = true }
      "private-${zone}" = { zone = zone, cidr = cidrsubnet(var.cidr, 8, 128 + i), public = false }
    }
  ]...)

  public    = { for k, s in local.subnets : k => s if s.public }
  nat_zones = var.nat == "per_zone" ? var.zones : var.nat == "one" ? slice(var.zones, 0, 1) : []
}

resource "aws_vpc" "this" {
  cidr_block           = var.cidr
  enable_dns_support   = true
  enable_dns_hostnames = true
  tags                 = merge(var.tags, { Name = var.name })
}

resource "aws_subnet" "this" {
  for_each = local.subnets

  vpc_id                  = aws_vpc.this.id
  availability_zone       = each.value.zone
  cidr_block              = each.value.cidr
  map_public_ip_on_launch = each.value.public

  tags = merge(var.tags, {
    Name = "${var.name}-${each.key}"
    Tier = each.value.public ? "public" : "private"
  })
}

resource "aws_internet_gateway" "this" {
  vpc_id = aws_vpc.this.id
}

resource "aws_eip" "nat" {
  for_each = toset(local.nat_zones)
  domain   = "vpc"
}

resource "aws_nat_gateway" "this" {
  for_each = aws_eip.nat

  allocation_id = each.value.id
  subnet_id     = aws_subnet.this["public-${each.key}"].id
  depends_on    = [aws_internet_gateway.this]
}

resource "aws_route_table" "public" {
  vpc_id = aws_vpc.this.id

  route {
    cidr_block = "0.0.0.0/0"
    gateway_id = aws_internet_gateway.this.id
  }
}

resource "aws_route_table_association" "public" {
  for_each = local.public

  subnet_id      = aws_subnet.this[each.key].id
  route_table_id = aws_route_table.public.id
}

resource "aws_vpc_endpoint" "this" {
  for_each = var.endpoint

  vpc_id            = aws_vpc.this.id
  service_name      = "com.amazonaws.${data.aws_region.current.name}.${each.key}"
  vpc_endpoint_type = each.value
}

output "vpc_id" {
  value = aws_vpc.this.id
}

output "public_subnet_ids" {
  value = [for k in sort(keys(local.public)) : aws_subnet.this[k].id]
}

output "private_subnet_ids" {
  value = [for k, s in aws_subnet.this : s.id if !local.subnets[k].public]
}

output "subnets" {
  value = { for k, s in aws_subnet.this : k => s.cidr_block }
}

output "nat_gateway_ids" {
  value = values(aws_nat_gateway.this)[*].id
}
