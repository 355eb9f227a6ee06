
variable "x" { default = "base" }
locals {
  l = "base"
  k = "kept"
}
output "x" { value = var.x }
output "l" { value = "${local.l} ${local.k}" }
resource "terraform_data" "t" {
  input = "base"
}
output "t" { value = terraform_data.t.output }
