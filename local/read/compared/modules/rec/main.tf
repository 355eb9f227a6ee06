
variable "cfg" {
  type = map(object({
    image = string
    cpu   = optional(number, 256)
    env   = optional(map(string), {})
  }))
}
module "svc" {
  source   = "../echo"
  for_each = { for k, c in var.cfg : k => c if c.cpu < 1000 }
  s        = "${each.key}:${each.value.image}"
  v        = [for n, v in each.value.env : { name = n, value = v }]
  m        = each.value.env
}
output "svc" { value = { for k, m in module.svc : k => { s = m.s, v = m.v, m = m.m } } }
output "names" { value = keys(module.svc) }
output "sorted" { value = sort([for m in values(module.svc) : m.s]) }
