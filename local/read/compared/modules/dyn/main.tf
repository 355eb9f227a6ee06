
variable "rules" {
  type = list(object({ port = number, cidrs = optional(list(string)), description = optional(string) }))
}
variable "subnets" {
  type = map(object({ newbits = number, netnum = number, public = optional(bool, false) }))
}
variable "cidr" { type = string }
locals {
  cidrs   = { for k, s in var.subnets : k => cidrsubnet(var.cidr, s.newbits, s.netnum) }
  public  = [for k, s in var.subnets : k if s.public]
  byport  = { for r in var.rules : r.port => coalesce(r.description, "port ${r.port}")... }
  grouped = { for k, s in var.subnets : (s.public ? "pub" : "priv") => k... }
}
output "cidrs" { value = local.cidrs }
output "public" { value = local.public }
output "byport" { value = local.byport }
output "grouped" { value = local.grouped }
output "first" { value = element(sort(keys(var.subnets)), 0) }
output "flat" { value = flatten([for r in var.rules : [for c in coalesce(r.cidrs, ["0.0.0.0/0"]) : "${r.port}-${c}"]]) }
output "json" { value = jsonencode({
  Statement = [for r in var.rules : { Port = r.port, Cidr = try(r.cidrs[0], null) }]
  // trailing
  Version = "2012-10-17" # comment
}) }
output "doc" {
  value = <<-EOT
    cidr ${var.cidr}
      %{for k, c in local.cidrs~}
      ${k} = ${c}
      %{endfor~}
    end "quoted" \n $${y}
  EOT
}
output "enc" { value = base64encode(<<-EOF
    #!/bin/bash
    echo ECS_CLUSTER=${var.cidr} >> /etc/ecs/ecs.config
      indented
    EOF
) }
output "cond" { value = var.cidr == "10.0.0.0/16" ? "default" : "other" }
output "mul" { value = "${length(var.rules)} rules, first ${var.rules[0].port}" }
