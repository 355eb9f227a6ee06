
output "more" { value = "${local.j}/${length(var.x)}" }
