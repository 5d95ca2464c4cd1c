using System.Text.Json;
using Aetherscale.Requests;
using Microsoft.Extensions.Time.Testing;

namespace Aetherscale.Tests.Requests;

public sealed class RequestFolderTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UtcNow);
    private readonly RequestFolder _requests;

    public RequestFolderTests() => _requests = new RequestFolder(_folder["requests"], _time);

    [Fact]
    public void A_request_is_begun_then_done_and_found_by_requester_and_id()
    {
        var record = Record("r-1");
        _requests.Begin(record);
        Assert.False(_requests.Find(record.Key)!.Value.IsDone);

        _requests.Keep(record.Key);

        var (found, isDone) = _requests.Find(record.Key)!.Value;
        Assert.True(isDone);
        Assert.Equal(record with { Response = found.Response }, found);
        Assert.True(JsonElement.DeepEquals(record.Response, found.Response));
        Assert.Null(_requests.Find(new RequestKey("another", "r-1")));
        Assert.Null(_requests.Find(new RequestKey("tester", "r-2")));
        Assert.Single(Files());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Files()[0]));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(_folder["requests"]));
    }

    [Fact]
    public void What_was_left_half_written_is_removed()
    {
        _requests.RemoveUnfinished();
        _requests.Begin(Record("r-1"));
        File.WriteAllText(Files()[0] + ".tmp", "{");

        _requests.RemoveUnfinished();

        Assert.EndsWith(".begun", Assert.Single(Files()));
    }

    [Fact]
    public void What_is_taken_back_is_only_begun_again()
    {
        var record = Record("r-1");
        _requests.Begin(record);
        _requests.Keep(record.Key);

        _requests.Reopen(record.Key);
        _requests.Reopen(Record("r-2").Key);

        Assert.False(_requests.Find(record.Key)!.Value.IsDone);
        Assert.Single(Files());
    }

    [Fact]
    public void A_request_that_came_to_nothing_is_forgotten()
    {
        _requests.Begin(Record("r-1"));
        _requests.Forget(Record("r-1").Key);
        _requests.Keep(Record("r-2"));
        _requests.Forget(Record("r-2").Key);
        _requests.Forget(Record("r-3").Key);

        Assert.Empty(Files());
    }

    [Fact]
    public void After_a_day_it_is_as_if_it_had_never_been()
    {
        _requests.Keep(Record("r-1"));

        _time.Advance(RequestFolder.Kept - TimeSpan.FromSeconds(1));
        Assert.NotNull(_requests.Find(Record("r-1").Key));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(_requests.Find(Record("r-1").Key));
        _time.Advance(TimeSpan.FromHours(1));
        _requests.Tidy(10, 1_000_000);
        Assert.Empty(Files());
    }

    [Theory]
    [InlineData(3, 100)]
    [InlineData(10, 3)]
    public void There_are_never_too_many_and_the_oldest_go_first(int maxFiles, int maxSizes)
    {
        for (var i = 0; i < 5; i++)
        {
            _requests.Keep(Record($"r-{i}"));
            File.SetLastWriteTimeUtc(Files().Single(file => File.ReadAllText(file).Contains($"r-{i}")), _time.GetUtcNow().UtcDateTime.AddMinutes(i - 5));
        }

        _requests.Tidy(maxFiles, maxSizes * new FileInfo(Files()[0]).Length);

        Assert.Equal(3, Files().Length);
        Assert.Null(_requests.Find(Record("r-1").Key));
        Assert.NotNull(_requests.Find(Record("r-2").Key));
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("""{"format": 2}""")]
    [InlineData("[]")]
    public void What_is_no_record_is_none(string content)
    {
        _requests.Keep(Record("r-1"));
        File.WriteAllText(Files().Single(), content);

        Assert.Null(_requests.Find(Record("r-1").Key));
    }

    public void Dispose() => _folder.Dispose();

    private string[] Files() => Directory.GetFiles(_folder["requests"]);

    private RequestRecord Record(string id) => new()
    {
        Format = RequestRecord.CurrentFormat,
        Requester = "tester",
        RequestId = id,
        Command = "create-vm",
        BodySha256 = new string('a', 64),
        Accepted = _time.GetUtcNow(),
        VmId = "wiuakczz",
        Outcome = VmOutcome.Made,
        Response = JsonElement.Parse("""{"status":"stopped"}"""),
    };
}
