# What only this environment has.
resource "aws_lb" "edge" {
  internal = false

  tags = { Open = "yes" }
}
