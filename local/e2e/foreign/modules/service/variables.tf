variable "name" {
  type = string
}

variable "prefix" {
  type     = string
  default  = "app"
  nullable = false
}

variable "cluster_arn" {
  type = string
}

variable "image" {
  type = string
}

variable "paths" {
  type = list(string)

  validation {
    condition     = length(var.paths) > 0 && length(var.paths) <= 5
    error_message = "A rule has one to five paths."
  }
}

variable "priority" {
  type = number
}

variable "listener_arn" {
  type = string
}

variable "network" {
  type = object({
    vpc_id     = string
    subnet_ids = list(string)
    from       = optional(list(string), [])
  })
}

variable "size" {
  type = object({
    cpu    = optional(number, 256)
    memory = optional(number, 512)
    count  = optional(number, 1)
    port   = optional(number, 8080)
  })
  default = {}
}

variable "environment" {
  type    = map(string)
  default = {}
}

variable "secrets" {
  type      = map(string)
  default   = {}
  sensitive = true
}

variable "scaling" {
  type = object({
    min    = number
    max    = number
    target = optional(number, 50)
  })
  default = null
}

variable "tags" {
  type    = map(string)
  default = {}
}
