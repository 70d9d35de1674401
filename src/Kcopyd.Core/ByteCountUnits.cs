namespace Kcopyd.Core;

/// <summary>Sizes as they are said: <c>64.MiB</c>.</summary>
public static class ByteCountUnits
{
    extension(int count)
    {
        /// <summary>So many times 1024 bytes.</summary>
        public ByteCount KiB => new((long)count << 10);

        /// <summary>So many times 1024 KiB.</summary>
        public ByteCount MiB => new((long)count << 20);

        /// <summary>So many times 1024 MiB.</summary>
        public ByteCount GiB => new((long)count << 30);
    }
}
