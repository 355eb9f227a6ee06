
variable "v" {
  type    = any
  default = "unset"
}
variable "s" {
  type     = string
  default  = "dflt"
  nullable = false
}
variable "n" {
  type    = number
  default = 5 * 60
}
variable "o" {
  type    = object({ a = optional(string, "A"), b = optional(list(number), [1]), c = optional(object({ d = optional(bool, true) }), {}) })
  default = {}
}
variable "m" {
  type    = map(string)
  default = { k = "a$${b}%%{c}" }
}
variable "set" {
  type    = set(string)
  default = []
}
variable "t" {
  type    = tuple([string, number])
  default = ["1", "2"]
}
variable "secret" {
  type      = string
  default   = "s3cret"
  sensitive = true
}
locals {
  doubled = var.n * 2
  merged  = merge(var.m, { v = try(tostring(var.v), "complex") })
}
output "v" { value = var.v }
output "s" { value = var.s }
output "n" { value = local.doubled }
output "o" { value = var.o }
output "m" { value = local.merged }
output "set" { value = [for k, v in var.set : "${k}=${v}"] }
output "sett" { value = var.set }
output "t" { value = var.t }
output "paths" { value = [path.module, path.root] }
output "file" { value = file("${path.module}/note.txt") }
output "tpl" { value = templatefile("${path.module}/t.tpl", { name = var.s, xs = ["a", "b"] }) }
output "secret" {
  value     = "${var.secret}!"
  sensitive = true
}
output "nulled" { value = null }
