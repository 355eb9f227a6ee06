
variable "i" {}
resource "terraform_data" "d" {
  count = 2
  input = { i = var.i, j = count.index }
}
output "j" { value = [for d in terraform_data.d : d.input.i * 10 + d.output.j] }
output "path" { value = path.module }
