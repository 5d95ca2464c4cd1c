using System.Text;
using Aetherscale.Commands;
using Aetherscale.Contract;
using CsCheck;

namespace Aetherscale.Tests.Commands;

public sealed class RequestReaderTests
{
    private const string Stop = """{"command": "stop-vm", "options": {"vm-id": "wiuakczz", "wait": false}, "request-id": "r1"}""";

    [Fact]
    public void A_request_is_read()
    {
        var request = RequestReader.Read(Encoding.UTF8.GetBytes(Stop));
        var options = RequestReader.ReadOptions(request, ContractJson.Wire.StopVmOptions);

        Assert.Equal(("stop-vm", "r1", "wiuakczz", false), (request.Command, request.RequestId, options.VmId, options.Wait));
    }

    [Theory]
    [InlineData("", "bad-json", "not valid JSON")]
    [InlineData("{", "bad-json", "not valid JSON")]
    [InlineData("""{"command": "list-vms"} x""", "bad-json", "not valid JSON")]
    [InlineData("""{"command": "list-vms",}""", "bad-json", "not valid JSON")]
    [InlineData("\uFEFF{\"command\": \"list-vms\"}", "bad-json", "not valid JSON")]
    [InlineData("""{"command": "list-vms", "command": "list-vms"}""", "bad-json", "command")]
    [InlineData("""{"command": "stop-vm", "options": {"vm-id": "a", "vm-id": "b"}}""", "bad-json", "vm-id")]
    [InlineData("""{"command": "list-vms", "request-id": "\ud800"}""", "bad-json", "surrogate")]
    [InlineData("""{"command": "list-vms", "\udfff": 1}""", "bad-json", "surrogate")]
    [InlineData("""{"command": "list\u0000vms"}""", "bad-request", "NUL")]
    [InlineData("""{"command": "list-vms", "options": {"a\u0000": 1}}""", "bad-request", "NUL")]
    [InlineData("[]", "bad-request", "JSON object")]
    [InlineData("null", "bad-request", "JSON object")]
    [InlineData("{}", "bad-request", "\"command\"")]
    [InlineData("""{"command": 1}""", "bad-request", "\"command\" must be a text")]
    [InlineData("""{"command": null}""", "bad-request", "\"command\" must not be null")]
    [InlineData("""{"command": "list-vms", "bogus": 1}""", "bad-request", "\"bogus\"")]
    [InlineData("""{"command": "list-vms", "Command": "x"}""", "bad-request", "\"Command\"")]
    [InlineData("""{"command": "list-vms", "options": []}""", "bad-request", "\"options\" must be an object")]
    public void What_is_no_request_is_refused(string body, string code, string part)
    {
        var error = Assert.Throws<AetherscaleException>(() => RequestReader.Read(Encoding.UTF8.GetBytes(body)));

        Assert.Equal(code, error.Code);
        Assert.Contains(part, error.Message);
    }

    [Theory]
    [InlineData("""{"vm-id": 7}""", "\"vm-id\" must be a text")]
    [InlineData("""{"vm-id": "a", "timeout": "5"}""", "\"timeout\" must be a whole number")]
    [InlineData("""{"vm-id": "a", "timeout": 1.5}""", "\"timeout\" must be a whole number")]
    [InlineData("""{"vm-id": "a", "timeout": 99999999999}""", "\"timeout\" must be a whole number")]
    [InlineData("""{"vm-id": "a", "kill": "yes"}""", "\"kill\" must be true or false")]
    [InlineData("""{"vm-id": "a", "wait": null}""", "\"wait\" must not be null")]
    [InlineData("""{"vm-id": "a", "force": true}""", "\"force\"; it may have: vm-id, wait, timeout, kill")]
    [InlineData("{}", "must have \"vm-id\"")]
    public void Wrong_options_are_named(string options, string part)
    {
        var request = RequestReader.Read(Encoding.UTF8.GetBytes($$"""{"command": "stop-vm", "options": {{options}}}"""));

        var error = Assert.Throws<AetherscaleException>(() => RequestReader.ReadOptions(request, ContractJson.Wire.StopVmOptions));

        Assert.Equal("bad-request", error.Code);
        Assert.Contains(part, error.Message);
    }

    [Fact]
    public void Invalid_utf8_is_refused()
    {
        byte[] body = [.. "{\"command\": \""u8, 0xff, .. "\"}"u8];

        Assert.Equal("bad-json", Assert.Throws<AetherscaleException>(() => RequestReader.Read(body)).Code);
    }

    [Fact]
    public void Nesting_of_20000_levels_is_refused()
    {
        var body = Encoding.UTF8.GetBytes(new string('[', 20_000) + new string(']', 20_000));

        Assert.Equal("bad-json", Assert.Throws<AetherscaleException>(() => RequestReader.Read(body)).Code);
    }

    [Fact]
    public void Whatever_comes_is_read_or_refused() =>
        Gen.OneOf(Gen.Byte.Array[0, 200], Gen.Int[0, Stop.Length - 1].Select(Gen.Byte, Mutate)).Sample(body =>
        {
            try
            {
                _ = RequestReader.Read(body);
            }
            catch (AetherscaleException error)
            {
                Assert.True(error.Code is "bad-json" or "bad-request", error.Code);
            }
        });

    private static byte[] Mutate(int at, byte value)
    {
        var body = Encoding.UTF8.GetBytes(Stop);
        body[at] = value;
        return body;
    }
}
