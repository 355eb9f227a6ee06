
from_tfvars = "t-$${x}-\u00e9"
overridden  = "tfvars"
