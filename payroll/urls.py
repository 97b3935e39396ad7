from django.urls import path

from payroll.views import batches, blanks, files, listing, payout_lines, payouts, people, public, uploads

app_name = "payroll"

urlpatterns = [
    path("public/pay/<str:token>/", public.pay, name="public_pay"),
    path("public/pay/<str:token>/contest/", public.contest, name="public_contest"),
    path("public/site/<str:token>/", public.site, name="public_site"),
    path("payroll/", listing.batch_list, name="list"),
    path("payroll/upload/", uploads.upload_page, name="upload"),
    path("payroll/template/", blanks.template_file, name="template"),
    path("payroll/copy/", blanks.copy_file, name="copy"),
    path("payroll/workers/<int:pk>/", people.worker_page, name="worker"),
    path("payroll/lines/<int:pk>/reveal/", people.reveal, name="reveal"),
    path("payroll/<int:pk>/", batches.batch_page, name="batch"),
    path("payroll/<int:pk>/progress/", batches.progress, name="progress"),
    path("payroll/<int:pk>/submit/", batches.submit, name="submit"),
    path("payroll/<int:pk>/discard/", batches.discard, name="discard"),
    path("payroll/<int:pk>/export/", files.export, name="export"),
    path("payroll/<int:pk>/original/", files.original, name="original"),
    path("payroll/<int:pk>/annotated/", files.annotated, name="annotated"),
    path("payroll/layouts/", payouts.layouts, name="layouts"),
    path("payroll/<int:pk>/payout/", payouts.payout, name="payout"),
    path("payroll/<int:pk>/payout/make/", payouts.payout_make, name="payout_make"),
    path("payroll/lines/<int:pk>/payout/", payout_lines.payout_line, name="payout_line"),
    path("payroll/payouts/<int:pk>/download/", payouts.payout_download, name="payout_download"),
    path("payroll/payouts/<int:pk>/send/", payouts.payout_send, name="payout_send"),
    path("payroll/payouts/<int:pk>/void/", payouts.payout_void, name="payout_void"),
]
