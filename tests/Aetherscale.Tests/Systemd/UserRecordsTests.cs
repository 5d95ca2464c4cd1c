using System.Text.Json.Nodes;
using Aetherscale.Systemd;

namespace Aetherscale.Tests.Systemd;

public sealed class UserRecordsTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly UserRecords _records;

    public UserRecordsTests() => _records = new UserRecords(_folder["userdb"]);

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_user_is_found_by_name_and_by_number()
    {
        Assert.True(_records.TryAdd("one", 2_100_000_001, "a user", "/state"));

        Assert.Equal(["2100000001.group", "2100000001.user", "one.group", "one.user"], Names());
        Assert.Equal("one.user", new FileInfo(_folder["userdb/2100000001.user"]).LinkTarget);
        var user = JsonNode.Parse(File.ReadAllText(_folder["userdb/one.user"]))!;
        Assert.Equal(("one", 2_100_000_001u, "/usr/sbin/nologin", true), (
            user["userName"]!.GetValue<string>(), user["uid"]!.GetValue<uint>(), user["shell"]!.GetValue<string>(), user["locked"]!.GetValue<bool>()));
        Assert.True(_records.Contains("one"));
    }

    [Fact]
    public void A_number_that_is_taken_is_nobody_elses()
    {
        _records.TryAdd("one", 2_100_000_001, "a user", "/state");

        Assert.False(_records.TryAdd("two", 2_100_000_001, "a user", "/state"));
        Assert.False(_records.Contains("two"));
        Assert.True(_records.TryAdd("one", 2_100_000_001, "a user", "/state"));
    }

    [Fact]
    public void Nothing_is_left_of_a_user_that_is_removed()
    {
        _records.TryAdd("one", 2_100_000_001, "a user", "/state");
        _records.TryAdd("two", 2_100_000_002, "a user", "/state");

        _records.Remove("one");
        _records.Remove("one");

        Assert.Equal(["2100000002.group", "2100000002.user", "two.group", "two.user"], Names());
    }

    [Fact]
    public void A_state_folder_knows_its_own_users_and_no_others()
    {
        _records.TryAdd("vm-one", 2_100_000_001, "a user", "/state");
        _records.TryAdd("vm-two", 2_100_000_002, "a user", "/other");
        File.WriteAllText(_folder["userdb/vm-three.user"], "no JSON");

        Assert.Equal(["vm-one"], _records.Find("vm-", "/state"));
    }

    private IEnumerable<string> Names() => Directory.GetFileSystemEntries(_folder["userdb"]).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);
}
