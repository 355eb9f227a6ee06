output "url" {
  description = "Where customers go"
  value       = "http://${aws_lb.edge.dns_name}"
}

output "subnets" {
  value = module.network.subnets
}

output "services" {
  value = { for name, service in module.service : name => service.arn }
}

output "scaled" {
  value = compact(values(module.service)[*].scaling_policy)
}

output "nat" {
  value = one(module.network.nat_gateway_ids)
}
