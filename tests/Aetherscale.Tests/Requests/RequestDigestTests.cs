using System.Text.Json;
using Aetherscale.Requests;
using CsCheck;

namespace Aetherscale.Tests.Requests;

public sealed class RequestDigestTests
{
    [Theory]
    [InlineData("""{"image": "tiny", "cpus": 2}""", """{ "cpus":2,"im\u0061ge":"t\u0069ny" }""")]
    [InlineData("""{"a": {"x": [1, {"p": 1, "q": 2}], "y": true}}""", """{"a": {"y": true, "x": [1, {"q": 2, "p": 1}]}}""")]
    public void Order_space_and_escapes_do_not_matter(string one, string other) => Assert.Equal(Of("create-vm", one), Of("create-vm", other));

    [Theory]
    [InlineData("""{"a": [1, 2]}""", """{"a": [2, 1]}""")]
    [InlineData("""{"a": 1}""", """{"a": "1"}""")]
    [InlineData("""{"a": 1}""", """{"b": 1}""")]
    [InlineData("""{"a": "x"}""", """{"a": "X"}""")]
    [InlineData("""{"a": {}}""", """{"a": []}""")]
    [InlineData("""{"a": true}""", """{"a": false}""")]
    public void All_else_does(string one, string other) => Assert.NotEqual(Of("create-vm", one), Of("create-vm", other));

    [Fact]
    public void The_command_counts_and_no_options_are_none()
    {
        Assert.NotEqual(Of("start-vm", "{}"), Of("stop-vm", "{}"));
        Assert.Equal(RequestDigest.Of("list-vms", null), Of("list-vms", "{}"));
    }

    [Fact]
    public void Members_may_come_in_any_order() =>
        Gen.Dictionary(Gen.String[Gen.Char["abcé\"\\"], 1, 4], Gen.Int)[1, 6].Sample(members =>
        {
            var texts = members.Select(member => $"\"{JsonEncodedText.Encode(member.Key)}\": {member.Value}").ToList();
            Assert.Equal(Of("c", $"{{{string.Join(",", texts)}}}"), Of("c", $"{{{string.Join(" , ", texts.AsEnumerable().Reverse())}}}"));
        });

    private static string Of(string command, string options)
    {
        using var document = JsonDocument.Parse(options);
        return RequestDigest.Of(command, document.RootElement);
    }
}
