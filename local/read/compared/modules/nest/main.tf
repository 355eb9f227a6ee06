
variable "depth" { type = number }
variable "names" {
  type    = list(string)
  default = ["x", "y"]
}
module "leaf" {
  source   = "../echo"
  for_each = toset(var.names)
  s        = "${each.key}-${each.value}-${var.depth}"
  v        = { depth = var.depth }
}
module "counted" {
  source = "./deeper"
  count  = var.depth
  i      = count.index
}
output "leaves" { value = { for k, m in module.leaf : k => m.s } }
output "leaf_x" { value = try(module.leaf["x"].s, "nox") }
output "vals" { value = values(module.leaf)[*].v.depth }
output "counted" { value = module.counted[*].j }
output "last" { value = try(module.counted[length(module.counted) - 1].j, "none") }
output "path" { value = [for m in module.counted : m.path] }
