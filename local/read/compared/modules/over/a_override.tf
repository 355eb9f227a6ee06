
locals { l = "over" }
variable "x" { default = "over" }
