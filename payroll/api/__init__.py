"""The API of PEOPLE AND PAY: payroll batches, workers' contests, and the national real-name standard's methods."""

from payroll.api.batches import urlpatterns as _batches
from payroll.api.contests import urlpatterns as _contests
from payroll.api.realname import urlpatterns as _realname
from payroll.api.realname_queries import urlpatterns as _queries

urlpatterns = [*_batches, *_contests, *_realname, *_queries]
