"""The API of PEOPLE AND PAY: payroll batches, and the national real-name standard's methods."""

from payroll.api.batches import urlpatterns as _batches
from payroll.api.realname import urlpatterns as _realname

urlpatterns = [*_batches, *_realname]
