"""The services beside Amazon Personalize, where moto plays them: CloudFormation and CloudWatch.

Nothing of this is loaded before moto's CloudFormation meets a resource of Amazon Personalize, or somebody looks into
moto's CloudWatch, with a backend active.
"""
