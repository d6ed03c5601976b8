"""Qencode's gen_put_url.py and gen_get_url.py in one, with the settings from the environment, and the URLs printed."""
import os
import sys

import boto3
from botocore.exceptions import ClientError


class settings:
    AWS_SERVER_PUBLIC_KEY = os.environ['AWS_ACCESS_KEY_ID']
    AWS_SERVER_SECRET_KEY = os.environ['AWS_SECRET_ACCESS_KEY']
    REGION_NAME = os.environ['REGION_NAME']
    ENDPOINT_URL = os.environ['ENDPOINT_URL']


def create_presigned_url(bucket_name, object_name, expiration, url_type='get_object'):
    s3_client = boto3.client(
        's3',
        aws_access_key_id=settings.AWS_SERVER_PUBLIC_KEY,
        aws_secret_access_key=settings.AWS_SERVER_SECRET_KEY,
        region_name=settings.REGION_NAME,
        endpoint_url=settings.ENDPOINT_URL
    )
    try:
        if 'create' in sys.argv and url_type == 'put_object':
            s3_client.create_bucket(
                Bucket=bucket_name,
                CreateBucketConfiguration={'LocationConstraint': settings.REGION_NAME}
            )
        response = s3_client.generate_presigned_url(
            url_type,
            Params={'Bucket': bucket_name, 'Key': object_name},
            ExpiresIn=expiration,
        )
    except ClientError as e:
        print(e)
        return None
    return response


print(create_presigned_url(sys.argv[1], sys.argv[2], 3600, url_type='put_object'))
print(create_presigned_url(sys.argv[1], sys.argv[2], 3600, url_type='get_object'))
