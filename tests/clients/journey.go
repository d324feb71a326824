// The whole way of a client of the SDK for Go, version 2; it prints one line at its end.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"reflect"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/personalize"
	"github.com/aws/aws-sdk-go-v2/service/personalize/types"
	"github.com/aws/aws-sdk-go-v2/service/personalizeevents"
	eventtypes "github.com/aws/aws-sdk-go-v2/service/personalizeevents/types"
	"github.com/aws/aws-sdk-go-v2/service/personalizeruntime"
	runtimetypes "github.com/aws/aws-sdk-go-v2/service/personalizeruntime/types"
)

type object = map[string]any

var (
	url       = os.Getenv("AWS_ENDPOINT_URL_PERSONALIZE")
	ctx       = context.Background()
	requestId = regexp.MustCompile("^[0-9a-f-]{36}$")
)

func check(holds bool, what ...any) {
	if !holds {
		panic(fmt.Sprint(what...))
	}
}

func must[T any](answer T, err error) T {
	check(err == nil, err)
	return answer
}

// refused says that the call failed with the error E, its status and a request id.
func refused[E error](status int, err error) {
	var kind E
	var response *awshttp.ResponseError
	check(errors.As(err, &kind), fmt.Sprintf("%v is no %T", err, kind))
	check(errors.As(err, &response), err)
	check(response.HTTPStatusCode() == status, response.HTTPStatusCode())
	check(requestId.MatchString(response.ServiceRequestID()), response.ServiceRequestID())
}

func schemaOf(name string) *string {
	fields := map[string][]object{
		"Interactions": {
			{"name": "USER_ID", "type": "string"}, {"name": "ITEM_ID", "type": "string"},
			{"name": "TIMESTAMP", "type": "long"}, {"name": "EVENT_TYPE", "type": "string"},
		},
		"Items": {{"name": "ITEM_ID", "type": "string"}, {"name": "GENRE", "type": "string", "categorical": true}},
	}[name]
	schema := object{"type": "record", "name": name, "namespace": "com.example", "version": "1.0", "fields": fields}
	return aws.String(string(must(json.Marshal(schema))))
}

func put(key string, lines []string) {
	body := strings.NewReader(strings.Join(lines, "\n") + "\n")
	request := must(http.NewRequest("PUT", url+"/_personalize/objects/films/"+key, body))
	answer := must(http.DefaultClient.Do(request))
	answer.Body.Close()
	check(answer.StatusCode == 200, answer.Status)
}

func main() {
	config := aws.Config{
		Region:      os.Getenv("AWS_REGION"),
		Credentials: credentials.NewStaticCredentialsProvider("any", "any", ""),
		EndpointResolverWithOptions: aws.EndpointResolverWithOptionsFunc(
			func(service, region string, options ...any) (aws.Endpoint, error) { return aws.Endpoint{URL: url}, nil },
		),
	}
	client := personalize.NewFromConfig(config)
	runtime := personalizeruntime.NewFromConfig(config)
	events := personalizeevents.NewFromConfig(config)

	// Schemas: twice, no JSON, and the paginators of the SDK.
	schemas := map[string]*string{}
	addSchema := func(name, kind string) {
		made := must(client.CreateSchema(ctx, &personalize.CreateSchemaInput{Name: &name, Schema: schemaOf(kind)}))
		schemas[name] = made.SchemaArn
	}
	addSchema("Interactions", "Interactions")
	addSchema("Items", "Items")
	_, err := client.CreateSchema(ctx, &personalize.CreateSchemaInput{Name: aws.String("Items"), Schema: schemaOf("Items")})
	refused[*types.ResourceAlreadyExistsException](400, err)
	broken := &personalize.CreateSchemaInput{Name: aws.String("broken"), Schema: aws.String("no JSON")}
	_, err = client.CreateSchema(ctx, broken)
	refused[*types.InvalidInputException](400, err)
	for _, name := range []string{"one", "two", "three"} {
		addSchema(name, "Items")
	}
	sizes := []int{}
	pages := personalize.NewListSchemasPaginator(client, &personalize.ListSchemasInput{MaxResults: aws.Int32(2)})
	for pages.HasMorePages() {
		page := must(pages.NextPage(ctx))
		sizes = append(sizes, len(page.Schemas))
		check(time.Since(*page.Schemas[0].CreationDateTime) < time.Hour, page.Schemas[0].CreationDateTime)
	}
	check(reflect.DeepEqual(sizes, []int{2, 2, 1}), sizes)
	recipes := 0
	recipePages := personalize.NewListRecipesPaginator(client, &personalize.ListRecipesInput{})
	for recipePages.HasMorePages() {
		recipes += len(must(recipePages.NextPage(ctx)).Recipes)
	}
	check(recipes > 12, recipes)

	// A dataset group with tags, datasets, and their rows.
	tags := []types.Tag{{TagKey: aws.String("équipe"), TagValue: aws.String("検索")}}
	films := aws.String("films")
	group := must(client.CreateDatasetGroup(ctx, &personalize.CreateDatasetGroupInput{Name: films, Tags: tags})).DatasetGroupArn
	told := must(client.ListTagsForResource(ctx, &personalize.ListTagsForResourceInput{ResourceArn: group}))
	check(len(told.Tags) == 1 && *told.Tags[0].TagKey == "équipe" && *told.Tags[0].TagValue == "検索", told.Tags)
	rows := []string{"USER_ID,ITEM_ID,TIMESTAMP,EVENT_TYPE"}
	for user := 0; user < 30; user++ {
		for view := 0; view < 40; view++ {
			rows = append(rows, fmt.Sprintf("u%d,i%d,%d,watch", user, (user+view*7)%50, 1700000000+view*60))
		}
	}
	put("Interactions.csv", rows)
	items := []string{"ITEM_ID,GENRE"}
	for item := 0; item < 50; item++ {
		items = append(items, fmt.Sprintf("i%d,%s", item, []string{"comedy", "drama"}[item%2]))
	}
	put("Items.csv", items)
	datasets := []*string{}
	for _, kind := range []string{"Interactions", "Items"} {
		name := aws.String(kind)
		dataset := must(client.CreateDataset(ctx, &personalize.CreateDatasetInput{
			Name: name, SchemaArn: schemas[kind], DatasetGroupArn: group, DatasetType: name,
		})).DatasetArn
		datasets = append(datasets, dataset)
		job := must(client.CreateDatasetImportJob(ctx, &personalize.CreateDatasetImportJobInput{
			JobName: name, DatasetArn: dataset, RoleArn: aws.String("arn:aws:iam::123456789012:role/personalize"),
			DataSource: &types.DataSource{DataLocation: aws.String("s3://films/" + kind + ".csv")},
		})).DatasetImportJobArn
		found := must(client.DescribeDatasetImportJob(ctx, &personalize.DescribeDatasetImportJobInput{DatasetImportJobArn: job}))
		check(*found.DatasetImportJob.Status == "ACTIVE", *found.DatasetImportJob.Status)
	}

	// Two models, their metrics, and a campaign of each.
	solutions, campaigns := map[string]*string{}, map[string]*string{}
	for _, recipe := range []string{"aws-user-personalization", "aws-personalized-ranking"} {
		name, recipeArn := aws.String(recipe), aws.String("arn:aws:personalize:::recipe/"+recipe)
		solution := must(client.CreateSolution(ctx, &personalize.CreateSolutionInput{
			Name: name, DatasetGroupArn: group, RecipeArn: recipeArn,
		})).SolutionArn
		training := &personalize.CreateSolutionVersionInput{SolutionArn: solution}
		version := must(client.CreateSolutionVersion(ctx, training)).SolutionVersionArn
		trained := must(client.GetSolutionMetrics(ctx, &personalize.GetSolutionMetricsInput{SolutionVersionArn: version}))
		check(trained.Metrics["coverage"] > 0, trained.Metrics)
		deploying := &personalize.CreateCampaignInput{Name: name, SolutionVersionArn: version, MinProvisionedTPS: aws.Int32(1)}
		campaign := must(client.CreateCampaign(ctx, deploying)).CampaignArn
		must(client.UpdateCampaign(ctx, &personalize.UpdateCampaignInput{CampaignArn: campaign, MinProvisionedTPS: aws.Int32(2)}))
		found := must(client.DescribeCampaign(ctx, &personalize.DescribeCampaignInput{CampaignArn: campaign})).Campaign
		check(*found.Status == "ACTIVE" && *found.MinProvisionedTPS == 2, found)
		solutions[recipe], campaigns[recipe] = solution, campaign
	}
	only := must(client.CreateFilter(ctx, &personalize.CreateFilterInput{
		Name: aws.String("only"), DatasetGroupArn: group,
		FilterExpression: aws.String("INCLUDE ItemID WHERE Items.GENRE IN ($WHAT)"),
	})).FilterArn

	// Events, recommendations, a ranking.
	tracker := must(client.CreateEventTracker(ctx, &personalize.CreateEventTrackerInput{Name: films, DatasetGroupArn: group}))
	must(events.PutEvents(ctx, &personalizeevents.PutEventsInput{
		TrackingId: tracker.TrackingId, UserId: aws.String("u1"), SessionId: aws.String("s"),
		EventList: []eventtypes.Event{
			{EventType: aws.String("watch"), ItemId: aws.String("i1"), SentAt: aws.Time(time.Now())},
		},
	}))
	campaign := campaigns["aws-user-personalization"]
	recommended := must(runtime.GetRecommendations(ctx, &personalizeruntime.GetRecommendationsInput{
		CampaignArn: campaign, UserId: aws.String("u1"), NumResults: 5,
		FilterArn: only, FilterValues: map[string]string{"WHAT": `"drama"`},
	}))
	check(len(recommended.ItemList) == 5 && recommended.RecommendationId != nil, recommended)
	for _, item := range recommended.ItemList {
		check(strings.ContainsAny((*item.ItemId)[len(*item.ItemId)-1:], "13579"), *item.ItemId)
		check(*item.Score > 0, *item.Score)
	}
	ranked := must(runtime.GetPersonalizedRanking(ctx, &personalizeruntime.GetPersonalizedRankingInput{
		CampaignArn: campaigns["aws-personalized-ranking"], UserId: aws.String("u1"), InputList: []string{"i1", "i2", "i3"},
	}))
	check(len(ranked.PersonalizedRanking) == 3, ranked.PersonalizedRanking)
	unknown := aws.String(*campaign + "-none")
	_, err = runtime.GetRecommendations(ctx, &personalizeruntime.GetRecommendationsInput{CampaignArn: unknown, UserId: aws.String("u1")})
	refused[*runtimetypes.ResourceNotFoundException](404, err)
	var calls sync.WaitGroup
	answers := make(chan int, 20)
	for user := 0; user < 20; user++ {
		calls.Add(1)
		go func(user string) {
			defer calls.Done()
			asked := &personalizeruntime.GetRecommendationsInput{CampaignArn: campaign, UserId: &user}
			if answer, err := runtime.GetRecommendations(ctx, asked); err == nil {
				answers <- len(answer.ItemList)
			}
		}(fmt.Sprintf("u%d", user))
	}
	calls.Wait()
	check(len(answers) == 20, len(answers), " of 20 calls were answered")
	for call := 0; call < 20; call++ {
		check(<-answers == 25, "an answer without 25 items")
	}

	// Quotas, and the way back.
	groups := []*string{group}
	for err = nil; err == nil && len(groups) < 10; {
		var made *personalize.CreateDatasetGroupOutput
		made, err = client.CreateDatasetGroup(ctx, &personalize.CreateDatasetGroupInput{Name: aws.String(fmt.Sprint("g", len(groups)))})
		if err == nil {
			groups = append(groups, made.DatasetGroupArn)
		}
	}
	refused[*types.LimitExceededException](400, err)
	check(len(groups) == 5, len(groups))
	for _, arn := range campaigns {
		must(client.DeleteCampaign(ctx, &personalize.DeleteCampaignInput{CampaignArn: arn}))
		_, err = client.DescribeCampaign(ctx, &personalize.DescribeCampaignInput{CampaignArn: arn})
		refused[*types.ResourceNotFoundException](400, err)
	}
	must(client.DeleteFilter(ctx, &personalize.DeleteFilterInput{FilterArn: only}))
	_, err = client.DescribeFilter(ctx, &personalize.DescribeFilterInput{FilterArn: only})
	refused[*types.ResourceNotFoundException](400, err)
	must(client.DeleteEventTracker(ctx, &personalize.DeleteEventTrackerInput{EventTrackerArn: tracker.EventTrackerArn}))
	_, err = client.DescribeEventTracker(ctx, &personalize.DescribeEventTrackerInput{EventTrackerArn: tracker.EventTrackerArn})
	refused[*types.ResourceNotFoundException](400, err)
	for _, arn := range solutions {
		must(client.DeleteSolution(ctx, &personalize.DeleteSolutionInput{SolutionArn: arn}))
		_, err = client.DescribeSolution(ctx, &personalize.DescribeSolutionInput{SolutionArn: arn})
		refused[*types.ResourceNotFoundException](400, err)
	}
	for _, arn := range datasets {
		must(client.DeleteDataset(ctx, &personalize.DeleteDatasetInput{DatasetArn: arn}))
		_, err = client.DescribeDataset(ctx, &personalize.DescribeDatasetInput{DatasetArn: arn})
		refused[*types.ResourceNotFoundException](400, err)
	}
	for _, arn := range groups {
		must(client.DeleteDatasetGroup(ctx, &personalize.DeleteDatasetGroupInput{DatasetGroupArn: arn}))
		_, err = client.DescribeDatasetGroup(ctx, &personalize.DescribeDatasetGroupInput{DatasetGroupArn: arn})
		refused[*types.ResourceNotFoundException](400, err)
	}
	for _, arn := range schemas {
		must(client.DeleteSchema(ctx, &personalize.DeleteSchemaInput{SchemaArn: arn}))
		_, err = client.DescribeSchema(ctx, &personalize.DescribeSchemaInput{SchemaArn: arn})
		refused[*types.ResourceNotFoundException](400, err)
	}
	fmt.Println("the journey has ended")
}
