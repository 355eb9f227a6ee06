variable "environment" {
  type        = string
  description = "Where it runs"

  validation {
    condition     = contains(["dev", "prod"], var.environment)
    error_message = "The environment is dev or prod, not ${var.environment}."
  }
}

variable "region" {
  type    = string
  default = "eu-west-1"
}

variable "registry" {
  type    = string
  default = "111122223333.dkr.ecr.eu-west-1.amazonaws.com"
}

variable "tags" {
  type        = map(string)
  description = "Image tags, by service"
}

variable "insights" {
  type    = bool
  default = true
}

variable "secrets" {
  type    = map(map(string))
  default = {}
}
