using System.IO.Pipes;
using Aetherscale.Cli;

namespace Aetherscale.Tests.Cli;

public sealed class DescriptorStreamTests
{
    [Fact]
    public async Task What_goes_in_comes_out_and_closing_is_the_end()
    {
        var cancel = TestContext.Current.CancellationToken;
        using var pipe = new AnonymousPipeServerStream(PipeDirection.In);
        var writer = new DescriptorStream(pipe.ClientSafePipeHandle.DangerousGetHandle().ToInt32());
        pipe.ClientSafePipeHandle.SetHandleAsInvalid(); // the stream closes it
        await writer.WriteAsync("hello"u8.ToArray(), cancel);
        await writer.DisposeAsync();
        using var text = new StreamReader(pipe);
        Assert.Equal("hello", await text.ReadToEndAsync(cancel));
    }

    [Fact]
    public void Two_programs_may_write_to_one_file()
    {
        var path = Path.GetTempFileName();
        using (var file = File.OpenHandle(path, FileMode.Open, FileAccess.Write))
        {
            var descriptor = file.DangerousGetHandle().ToInt32();
            new DescriptorStream(descriptor).Write("one "u8);
            new DescriptorStream(descriptor).Write("two"u8);
        }

        Assert.Equal("one two", File.ReadAllText(path));
        File.Delete(path);
    }

    [Fact]
    public void A_closed_pipe_is_an_error_with_its_number()
    {
        using var pipe = new AnonymousPipeServerStream(PipeDirection.Out);
        pipe.ClientSafePipeHandle.Dispose();
        var writer = new DescriptorStream(pipe.SafePipeHandle.DangerousGetHandle().ToInt32());
        Assert.Equal(32, Assert.Throws<IOException>(() => writer.Write("x"u8)).HResult);
    }
}
