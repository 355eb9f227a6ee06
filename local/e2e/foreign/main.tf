# A shop as people write it: a network and services from modules of their own, in native syntax.
terraform {
  required_version = ">= 1.5"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 5.0"
    }
  }

  backend "s3" {
    bucket = "states"
    key    = "shop.tfstate"
    region = "eu-west-1"
  }
}

provider "aws" {
  region = var.region

  default_tags {
    tags = local.tags
  }
}

provider "aws" {
  alias  = "dns"
  region = "us-east-1"
}

data "aws_availability_zones" "available" {
  state = "available"
}

module "network" {
  source = "./modules/network"

  name     = local.name
  cidr     = "10.20.0.0/16"
  zones    = slice(data.aws_availability_zones.available.names, 0, 2)
  nat      = var.environment == "prod" ? "per_zone" : "one"
  tags     = local.tags
  endpoint = { s3 = "Gateway" }
}

resource "aws_ecs_cluster" "main" {
  name = local.name

  dynamic "setting" {
    for_each = var.insights ? ["containerInsights"] : []

    content {
      name  = setting.value
      value = "enabled"
    }
  }
}

resource "aws_security_group" "edge" {
  name_prefix = "${local.name}-edge-"
  vpc_id      = module.network.vpc_id

  dynamic "ingress" {
    for_each = { for port in [80] : "http-${port}" => port }
    iterator = rule

    content {
      description = rule.key
      from_port   = rule.value
      to_port     = rule.value
      protocol    = "tcp"
      cidr_blocks = ["0.0.0.0/0"]
    }
  }

  egress {
    from_port   = 0
    to_port     = 0
    protocol    = "-1"
    cidr_blocks = ["0.0.0.0/0"]
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_lb" "edge" {
  name               = local.name
  load_balancer_type = "application"
  security_groups    = [aws_security_group.edge.id]
  subnets            = module.network.public_subnet_ids
}

resource "aws_lb_listener" "http" {
  load_balancer_arn = aws_lb.edge.arn
  port              = 80
  protocol          = "HTTP"

  default_action {
    type = "fixed-response"

    fixed_response {
      content_type = "application/json"
      message_body = jsonencode({ error = "no such page" })
      status_code  = "404"
    }
  }
}

module "service" {
  source   = "./modules/service"
  for_each = local.services

  providers = {
    aws     = aws
    aws.dns = aws.dns
  }

  name        = each.key
  prefix      = local.name
  cluster_arn = aws_ecs_cluster.main.arn
  image       = each.value.image
  paths       = each.value.paths
  priority    = 10 * (1 + index(sort(keys(local.services)), each.key))
  size        = try(each.value.size, {})
  environment = merge({ STAGE = var.environment, SERVICE = each.key }, try(each.value.environment, {}))
  secrets     = lookup(var.secrets, each.key, {})

  network = {
    vpc_id     = module.network.vpc_id
    subnet_ids = module.network.private_subnet_ids
    from       = [aws_security_group.edge.id]
  }

  listener_arn = aws_lb_listener.http.arn
  scaling      = each.key == "catalog" ? { min = 1, max = 3, target = 60 } : null
  tags         = local.tags

  depends_on = [module.network]
}
